using Accel.Core.Formats;
using Accel.Models.Checkpoints;
using Accel.Tests.Shared;

namespace Accel.Models.Tests.Checkpoints;

public sealed class ReaderTests
{
    private const int Heads = 8;
    private const int KvHeads = 4;

    [SkippableFact]
    public void One_model_in_llama2c_and_gguf_holds_the_same_bits()
    {
        var plain = Llama2cFile.Open(SharedData.Path("models", "stories260k", "stories260K.bin"));
        var gguf = GgufFile.Open(SharedData.Path("models", "stories260k", "stories260K.f32.gguf"));

        Assert.Equal(new Llama2cHeader(64, 172, 5, Heads, KvHeads, 512, 512, true, 0), plain.Header);
        Assert.Equal(3, gguf.Version);
        Assert.Equal(gguf.Tensors.Keys.Order(StringComparer.Ordinal), plain.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in plain.Tensors)
        {
            Assert.Equal(gguf.Tensors[name].Shape, tensor.Shape);
            Assert.Equal(gguf.Tensors[name].ToFloats(), tensor.ToFloats());
        }
    }

    [SkippableFact]
    public void One_model_in_safetensors_and_gguf_differs_only_by_the_order_of_rotary_rows()
    {
        var hf = SafetensorsCheckpoint.Open(SharedData.Path("models", "stories260k", "hf"));
        var gguf = GgufFile.Open(SharedData.Path("models", "stories260k", "stories260K.f32.gguf"));

        Assert.Equal(5, hf.Config.Integer("num_hidden_layers"));
        Assert.Equal(gguf.Tensors["token_embd.weight"].ToFloats(), hf.Tensors["model.embed_tokens.weight"].ToFloats());
        Assert.Equal(gguf.Tensors["blk.3.ffn_down.weight"].ToFloats(), hf.Tensors["model.layers.3.mlp.down_proj.weight"].ToFloats());
        AssertPermuted(hf.Tensors["model.layers.2.self_attn.q_proj.weight"], gguf.Tensors["blk.2.attn_q.weight"], Heads);
        AssertPermuted(hf.Tensors["model.layers.2.self_attn.k_proj.weight"], gguf.Tensors["blk.2.attn_k.weight"], KvHeads);
    }

    [SkippableTheory]
    [InlineData("stories260k", "stories260K.F16.gguf", "F16", 0.0003)]
    [InlineData("stories260k", "stories260Kpad.Q8_0.gguf", "Q8_0", 0.01)]
    [InlineData("stories260k", "stories260Kpad.Q4_0.gguf", "Q4_0", 0.12)]
    public void Quantised_weights_are_near_the_float_ones(string folder, string file, string format, double tolerance)
    {
        // The error of rounding to steps of s is s / sqrt(12) rms. A block's largest of 32 weights is 2 to 3 times their rms, and the
        // step is that over 127 (Q8_0) or 8 (Q4_0): 0.5 to 0.7 %, and 7 to 11 %. F16 rounds to 11 bits: below 2^-12 = 0.024 %.
        var exact = GgufFile.Open(SharedData.Path("models", folder, "stories260K.f32.gguf")).Tensors["blk.0.attn_q.weight"];
        var stored = GgufFile.Open(SharedData.Path("models", folder, file)).Tensors["blk.0.attn_q.weight"];

        Assert.Equal(format, stored.Format.Name);
        Assert.Equal(exact.Shape, stored.Shape);
        var (a, b) = (exact.ToFloats(), stored.ToFloats());
        var error = Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum() / a.Sum(x => (double)x * x));
        Assert.InRange(error, double.Epsilon, tolerance);
    }

    [SkippableTheory]
    [InlineData("stories260k", "stories260Kpad.Q4_0.gguf")]
    [InlineData("tiny-random", "tiny-lfm2-swa16.f32.gguf")]
    [InlineData("tiny-random", "tiny-mamba.f32.gguf")]
    public void All_weights_of_the_reference_models_are_finite(string folder, string file) =>
        Assert.All(GgufFile.Open(SharedData.Path("models", folder, file)).Tensors.Values, tensor => Assert.Equal(-1, tensor.FirstNonFinite()));

    [SkippableFact]
    public void A_per_layer_array_and_a_scalar_both_read_as_integers()
    {
        var metadata = GgufFile.Open(SharedData.Path("models", "tiny-random", "tiny-lfm2-swa16.f32.gguf")).Metadata;

        Assert.Equal([0, 2, 0, 2], metadata.Integers("lfm2.attention.head_count_kv", min: 0));
        Assert.Equal([4], metadata.Integers("lfm2.attention.head_count"));
        Assert.Equal(512, metadata.Strings("tokenizer.ggml.tokens").Count);
    }

    [SkippableFact]
    public void Every_published_shape_file_opens_as_a_configuration()
    {
        foreach (var path in Directory.GetFiles(SharedData.Path("models", "shapes"), "*.json").Where(p => !p.EndsWith("_index.json", StringComparison.Ordinal)))
        {
            Assert.NotEmpty(JsonConfig.Open(path).Keys);
        }
    }

    [Fact]
    public void Shapes_are_slowest_axis_first_and_offsets_follow_the_alignment()
    {
        using var folder = new TemporaryFolder();
        var writer = new GgufWriter { Alignment = 64 }.Add("general.alignment", 64u)
            .AddTensor("a", [3, 2], 0, Floats(1, 2, 3, 4, 5, 6)).AddTensor("b", [2], 0, Floats(7, 8)).AddTensor("empty", [0, 4], 0, []);
        var gguf = GgufFile.Open(folder.Write("m.gguf", writer.ToBytes()));

        Assert.Equal(["a", "b", "empty"], gguf.Tensors.Keys);
        Assert.Equal([2, 3], gguf.Tensors["a"].Shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], gguf.Tensors["a"].ToFloats());
        Assert.Equal([7f, 8], gguf.Tensors["b"].ToFloats());
        Assert.Empty(gguf.Tensors["empty"].ToFloats());
    }

    [Fact]
    public void A_split_checkpoint_joins_and_outlives_its_files()
    {
        using var folder = new TemporaryFolder();
        var path = WriteSplit(folder, tensorCount: 2);
        var gguf = GgufFile.Open(path);
        folder.Write("m-00002-of-00002.gguf.new", []);
        File.Delete(path);

        Assert.Equal(["a", "b"], gguf.Tensors.Keys);
        Assert.Equal([3f], gguf.Tensors["b"].ToFloats());
        Assert.Equal([1f, 2], gguf.Tensors["a"].ToFloats());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    public void Each_version_of_llama2c_gives_each_weight_its_name_and_place(int version, bool shared)
    {
        using var folder = new TemporaryFolder();
        // Rows of the down matrix have 12 elements: groups of 8 cross them, and blocks of 4 must not.
        var writer = new Llama2cWriter(version) { Shared = shared, GroupSize = 8 };
        var model = Llama2cFile.Open(folder.Write("m.bin", writer.ToBytes()));

        Assert.Equal(version, model.Version);
        Assert.Equal(new(8, 12, 2, 4, 2, 5, 3, shared, version == 2 ? 8 : 0), model.Header);
        Assert.Equal(shared ? 20 : 21, model.Tensors.Count);
        Assert.Equal([8, 12], model.Tensors["blk.1.ffn_down.weight"].Shape);
        Assert.Equal([4, 8], model.Tensors["blk.1.attn_k.weight"].Shape);
        foreach (var (name, tensor) in model.Tensors)
        {
            var parts = name.Split('.');
            var (kind, layer) = parts.Length == 4 ? (parts[2], int.Parse(parts[1])) : (parts[0], 0);
            Assert.Equal(Enumerable.Range(0, (int)tensor.Elements).Select(i => Llama2cWriter.Weight(kind, layer, i)), tensor.ToFloats());
        }
    }

    [Fact]
    public void Shards_join_by_their_index()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"hidden_size": 4}""");
        folder.Write("s1.safetensors", SafetensorsWriter.ToBytes(("a", [2], [1, 2])));
        folder.Write("s2.safetensors", SafetensorsWriter.ToBytes(("b", [1, 1], [3]), ("scalar", [], [4])));
        folder.Write("model.safetensors.index.json", """{"metadata":{"total_size":16},"weight_map":{"a":"s1.safetensors","b":"s2.safetensors"}}""");
        var checkpoint = SafetensorsCheckpoint.Open(folder.Path);

        Assert.Equal(["a", "b", "scalar"], checkpoint.Tensors.Keys);
        Assert.Equal([3f], checkpoint.Tensors["b"].ToFloats());
        Assert.Equal([4f], checkpoint.Tensors["scalar"].ToFloats());
        Assert.Equal(4, checkpoint.Config.Integer("hidden_size"));
    }

    [Fact]
    public void A_type_that_nothing_decodes_is_listed_and_refused_when_used()
    {
        using var folder = new TemporaryFolder();
        var file = SafetensorsFile.Open(folder.Write("m.safetensors", SafetensorsWriter.ToBytes(
            """{"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},"__metadata__":{"format":"pt"}}""", [1, 0, 1])));

        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([3], file.Tensors["mask"].Shape);
        Assert.Contains("found BOOL", Assert.Throws<Accel.Core.Diagnostics.InputException>(() => file.Tensors["mask"].ToFloats()).Message, StringComparison.Ordinal);
    }

    internal static string WriteSplit(TemporaryFolder folder, int tensorCount, uint secondNumber = 1)
    {
        static GgufWriter Shard(uint number) => new GgufWriter().Add("split.no", 2, w => w.Write((ushort)number)).Add("split.count", 2, w => w.Write((ushort)2));
        folder.Write("m-00002-of-00002.gguf", Shard(secondNumber).AddTensor("b", [1], 0, Floats(3)).ToBytes());
        return folder.Write(
            "m-00001-of-00002.gguf",
            Shard(0).Add("split.tensors.count", 5, w => w.Write(tensorCount)).AddTensor("a", [2], 0, Floats(1, 2)).ToBytes());
    }

    internal static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>Row 2i of a head in GGUF is row i of the half layout, row 2i+1 is row i + h/2.</summary>
    private static void AssertPermuted(StoredTensor half, StoredTensor interleaved, int heads)
    {
        Assert.Equal(half.Shape, interleaved.Shape);
        var (width, rows) = ((int)half.RowElements, half.ToFloats());
        var head = (int)half.Rows / heads;
        var expected = new float[rows.Length];
        for (var row = 0; row < half.Rows; row++)
        {
            var (h, i) = (row / head, row % head);
            var source = h * head + i / 2 + (i % 2 * head / 2);
            rows.AsSpan(source * width, width).CopyTo(expected.AsSpan(row * width));
        }

        Assert.Equal(expected, interleaved.ToFloats());
    }
}
