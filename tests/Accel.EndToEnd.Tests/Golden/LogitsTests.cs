using System.Runtime.InteropServices;
using Accel.Tests.Shared;

namespace Accel.EndToEnd.Tests.Golden;

public sealed class LogitsTests
{
    public static TheoryData<string, string, string> WithLogits => Checkpoints.WithLogits;

    [SkippableTheory]
    [MemberData(nameof(WithLogits))]
    public void Logits_equal_the_float64_reference(string path, string tokens, string expectedPath)
    {
        var logits = Checkpoints.Logits(Checkpoints.Load(path), Checkpoints.Tokens(tokens));
        var expected = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(SharedData.Path(["models", .. expectedPath.Split('/')]))).ToArray();
        Assert.Equal(expected.Length, logits.Length);
        Assert.True(Difference(logits, expected) <= 1e-4, $"largest difference {Difference(logits, expected)}");
    }

    [SkippableTheory]
    [MemberData(nameof(WithLogits))]
    public void Decode_and_prefill_agree_at_every_position(string path, string tokens, string expectedPath)
    {
        _ = expectedPath;
        var model = Checkpoints.Load(path);
        var ids = Checkpoints.Tokens(tokens);
        var prefill = Checkpoints.Logits(model, ids);
        foreach (var chunk in new[] { 1, 7 })
        {
            var stepped = Checkpoints.Logits(model, ids, chunk);
            Assert.True(Difference(stepped, prefill) <= 1e-4, $"steps of {chunk}: largest difference {Difference(stepped, prefill)}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(WithLogits))]
    public void Results_do_not_depend_on_the_number_of_threads(string path, string tokens, string expectedPath)
    {
        _ = expectedPath;
        var model = Checkpoints.Load(path);
        var ids = Checkpoints.Tokens(tokens);
        foreach (var chunk in new[] { 1, 256 })
        {
            var alone = Checkpoints.Logits(model, ids, chunk);
            Assert.Equal(alone, Checkpoints.Logits(model, ids, chunk, threads: 2));
            Assert.Equal(alone, Checkpoints.Logits(model, ids, chunk, threads: 3));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(WithLogits))]
    public void Decode_allocates_nothing_after_warm_up(string path, string tokens, string expectedPath)
    {
        _ = expectedPath;
        var model = Checkpoints.Load(path);
        var ids = Checkpoints.Tokens(tokens);
        using var session = new Runtime.Session(model.Graph, model.Weights, new Runtime.SessionOptions(ids.Length));

        // The least of several passes: in the first ones the just-in-time compiler may still allocate on this thread.
        Assert.Equal(0, Enumerable.Range(0, 4).Min(_ => AllocatedByDecoding(session, ids)));
    }

    private static long AllocatedByDecoding(Runtime.Session session, int[] ids)
    {
        session.Reset();
        session.Prefill(ids.AsSpan(0, 16));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var id in ids.AsSpan(16))
        {
            session.Decode(id);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static double Difference<T>(float[] actual, T[] expected)
        where T : struct, IConvertible =>
        actual.Zip(expected, (a, e) => Math.Abs(a - e.ToDouble(null))).Max();
}
