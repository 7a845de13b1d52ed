namespace Accel.Cli.Tests;

/// <summary>A llama2.c checkpoint of two small layers with random weights: a chip of it is built and run in seconds.</summary>
internal static class TinyCheckpoint
{
    private const int Width = 16;
    private const int Hidden = 24;
    private const int Layers = 2;
    private const int Heads = 2;
    private const int Vocabulary = 32;
    private const int Context = 24;

    public static byte[] Bytes(int seed = 1)
    {
        var random = new Random(seed);
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Array.ForEach([Width, Hidden, Layers, Heads, 1, Vocabulary, Context], writer.Write);
        Matrix(Vocabulary, 1);
        Norm(Layers);
        Matrix(Layers * Width, 0.4);
        Matrix(Layers * Width / Heads, 0.4);
        Matrix(Layers * Width / Heads, 0.4);
        Matrix(Layers * Width, 0.4);
        Norm(Layers);
        Matrix(Layers * Hidden, 0.4);
        Matrix(Layers * Hidden, 0.4);
        Matrix(Layers * Hidden, 0.4);
        Norm(1);
        Fill(Context * Width / Heads, () => 0);
        return stream.ToArray();

        void Norm(int rows) => Fill(rows * Width, () => 1 + (0.2 * ((2 * random.NextDouble()) - 1)));

        void Matrix(int rows, double scale) => Fill(rows * Width, () => scale * ((2 * random.NextDouble()) - 1));

        void Fill(int count, Func<double> value)
        {
            for (var i = 0; i < count; i++)
            {
                writer.Write((float)value());
            }
        }
    }
}
