using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Accel.Cli.Tests;

/// <summary>The bundled checkpoint, damaged in one place, through the command line.</summary>
public sealed class DamagedCheckpointTests
{
    [Theory]
    [InlineData("model.norm.weight", "model.nerm.weight", "model.norm.weight: expected a tensor of shape [128] for norm.weight, found no such tensor")]
    [InlineData("\"shape\":[512,128]", "\"shape\":[128,512]", "model.embed_tokens.weight: expected shape [512, 128], found [128, 512]")]
    [InlineData("\"dtype\":\"F32\"", "\"dtype\":\"F64\"", "expected")]
    public void A_header_that_does_not_fit_the_model_is_one_line_per_fault(string good, string bad, string message)
    {
        using var folder = Copy(bytes =>
        {
            var header = Encoding.UTF8.GetString(bytes.AsSpan(8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes)));
            var at = header.IndexOf(good, StringComparison.Ordinal);
            Assert.True(at >= 0);
            Encoding.UTF8.GetBytes(bad).CopyTo(bytes.AsSpan(8 + at));
        });
        AssertRefused(folder, message);
    }

    [Fact]
    public void A_weight_that_is_no_number_is_named()
    {
        using var folder = Copy(bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), float.NaN));
        AssertRefused(folder, "expected finite weights, found NaN or infinity at element");
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var folder = Copy(bytes => { }, length: 1_000_000);
        AssertRefused(folder, "model.safetensors");
    }

    private static void AssertRefused(TemporaryFolder folder, string message)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        CommandLine.Run(["inspect", "stories15m"], output, error);
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        Assert.Equal(2, CommandLine.Run(["run", folder.Path("")], output, error));
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 64L << 20);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A copy of the bundled model whose weights have been through <paramref name="damage"/>.</summary>
    private static TemporaryFolder Copy(Action<byte[]> damage, int? length = null)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "models", "shakespeare-hybrid");
        var folder = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "tokenizer.json" })
        {
            File.Copy(Path.Combine(source, name), folder.Path(name));
        }

        var bytes = File.ReadAllBytes(Path.Combine(source, "model.safetensors"));
        damage(bytes);
        File.WriteAllBytes(folder.Path("model.safetensors"), bytes.AsSpan(0, length ?? bytes.Length));
        return folder;
    }
}
