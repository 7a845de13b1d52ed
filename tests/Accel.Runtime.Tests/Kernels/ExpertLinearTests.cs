using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Tests.Blocks;
using Accel.Tests.Shared;

namespace Accel.Runtime.Tests.Kernels;

public class ExpertLinearTests
{
    private const int Tokens = 11;
    private const int Experts = 7;
    private const int Chosen = 3;
    private const int Input = 64;
    private const int Output = 40;

    private readonly Randoms _random = new(23);

    [Theory]
    [InlineData("F32", new[] { Tokens })]
    [InlineData("F32", new[] { 1, 4, 6 })]
    [InlineData("F16", new[] { 5, 6 })]
    [InlineData("Q8_0", new[] { 1, 10 })]
    [InlineData("Q4_K", new[] { 1, 10 })]
    [InlineData("MXFP4", new[] { 11 })]
    public void Each_row_meets_the_matrices_it_chose(string format, int[] steps)
    {
        var input = format == "Q4_K" ? 256 : Input;
        var weight = Stored(format, Experts, Output, input);
        var (x, logits, bias) = (_random.Rows(Tokens, input), _random.Rows(Tokens, Experts), _random.Rows(Experts, Output));
        var b = new Block();
        var (experts, _) = b.Route(new() { TopK = Chosen, Score = RouteScore.Softmax }, b.Input(logits));
        var y = b.Add(new ExpertLinear(Bias: true), b.Input(x), experts, b.Weight(weight), b.Weight(bias));

        var w = weight.ToFloats().Select(v => (double)v).Chunk(input).Chunk(Output).ToArray();
        var expected = x.Select((row, t) => Best(logits[t]).SelectMany(e => Naive.Add(Naive.Linear(w[e], row), bias[e])).ToArray());
        Near.Equal([.. expected], b.Run(b.Add(new Reshape(Chosen * Output), y), steps));
    }

    [Fact]
    public void Each_slot_has_a_row_of_its_own_behind_the_first_layer()
    {
        var (x, logits) = (_random.Rows(Tokens, Chosen * Input), _random.Rows(Tokens, Experts));
        var weight = Stored("F32", Experts, Output, Input);
        var b = new Block();
        var (experts, _) = b.Route(new() { TopK = Chosen, Score = RouteScore.Softmax }, b.Input(logits));
        var y = b.Add(new ExpertLinear(), b.Input(x, Chosen, Input), experts, b.Weight(weight));

        var w = weight.ToFloats().Select(v => (double)v).Chunk(Input).Chunk(Output).ToArray();
        var expected = x.Select((row, t) => Best(logits[t]).SelectMany((e, slot) => Naive.Linear(w[e], Naive.Slice(row, slot, Input))).ToArray());
        Near.Equal([.. expected], b.Run(b.Add(new Reshape(Chosen * Output), y), 1, 10));
    }

    [Fact]
    public void Threads_do_not_change_a_bit_and_steps_allocate_nothing()
    {
        using var one = Start(1);
        using var three = Start(3);
        Assert.Equal(Block.Run(one, Tokens, 1, 10), Block.Run(three, Tokens, 1, 10));
        int[] tokens = [.. Enumerable.Range(0, Tokens)];
        one.Prefill(tokens);
        Assert.Equal(0, Allocations.Least(one.Reset, () =>
        {
            one.Prefill(tokens);
            one.Decode(3);
        }));

        static Session Start(int threads)
        {
            var (b, random) = (new Block(), new Randoms(29));
            var (experts, _) = b.Route(new() { TopK = Chosen, Score = RouteScore.Softmax }, b.Input(random.Rows(Tokens, Experts)));
            var w = b.Weight(random.Vector(Experts * 50 * Input), Experts, 50, Input);
            return b.Start(b.Add(new Reshape(Chosen * 50), b.Add(new ExpertLinear(), b.Input(random.Rows(Tokens, Input)), experts, w)), threads);
        }
    }

    [Fact]
    public void An_expert_that_is_not_there_is_named()
    {
        var b = new Block();
        var (experts, _) = b.Route(new() { TopK = 2, Score = RouteScore.Softmax }, b.Input([[0, 1, 2, 3]]));
        var y = b.Add(new ExpertLinear(), b.Input([[1]]), experts, b.Weight([1, 2, 3], 3, 1, 1));
        var fault = Assert.Throws<IrException>(() => b.Run(b.Add(new Reshape(2), y)));
        Assert.Equal("expert_linear: expert: expected an index below 3, found 3", fault.Message);
    }

    private static int[] Best(double[] logits) => [.. Enumerable.Range(0, logits.Length).OrderByDescending(e => logits[e]).Take(Chosen)];

    /// <summary>Random bytes are a tensor of any format; the fields that are floats are made small.</summary>
    private StoredTensor Stored(string name, params long[] shape)
    {
        var format = StorageFormats.All.Single(candidate => candidate.Name == name);
        if (name == "F32")
        {
            return StoredTensor.FromFloats("w", shape, [.. _random.Vector((int)shape.Aggregate((a, b) => a * b)).Select(v => (float)v)]);
        }

        var bytes = GC.AllocateArray<byte>((int)(format.RowBytes(shape[^1]) * shape[0] * shape[1]), pinned: true);
        new Random(31).NextBytes(bytes);
        for (var at = 0; at < bytes.Length; at += format.BlockBytes)
        {
            foreach (var field in format.FloatFields)
            {
                Small(field, bytes.AsSpan(at));
            }
        }

        return StoredTensor.FromBytes("w", format, shape, bytes);
    }

    private static void Small(FloatField field, Span<byte> block)
    {
        if (field.Encoding == FloatEncoding.Half)
        {
            System.Runtime.InteropServices.MemoryMarshal.Write(block[field.Offset..], (Half)(0.0005 + (block[field.Offset] / 1e6)));
        }
        else
        {
            block[field.Offset] = (byte)(118 + (block[field.Offset] % 4));
        }
    }
}
