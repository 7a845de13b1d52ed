using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Tests.Blocks;

namespace Accel.Runtime.Tests.Kernels;

/// <summary>Heads of a recurrence do not see each other: several at once are what each is alone. One head alone is proved against golden values.</summary>
public class HeadTests
{
    private const int Tokens = 12;
    private const int Heads = 4;
    private const int Groups = 2;
    private const int Width = 5;

    private static readonly Dictionary<string, Func<Operands, Value>> _ops = new()
    {
        ["gated_delta"] = o => o.Advance(new GatedDelta(), [o.Rows(Width), o.Rows(Width), o.Rows(3), o.Gate(), o.Gate()], Width, 3),
        ["state_space_dual"] = o => o.Advance(new StateSpaceDual(), [o.Rows(3), o.Gate(), o.Decay(), o.Group(Width), o.Group(Width), o.Decay()], 3, Width),
        ["wkv6"] = o => o.Advance(new Wkv6(), [o.Rows(Width), o.Rows(Width), o.Rows(Width), o.Rows(Width), o.Bonus()], Width, Width),
        ["wkv7"] = o => o.Advance(new Wkv7(), [o.Rows(Width), o.Rows(Width), o.Rows(Width), o.Rows(Width), o.Rows(Width), o.Rows(Width)], Width, Width),
    };

    public static TheoryData<string> Names => new(_ops.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Several_heads_are_each_what_they_are_alone(string op)
    {
        var together = Run(op, 0, Heads);
        for (var head = 0; head < Heads; head++)
        {
            var alone = Run(op, head, 1);
            Near.Equal(alone, [.. together.Select(row => Naive.Slice(row, head, alone[0].Length))]);
        }
    }

    private static double[][] Run(string op, int first, int count)
    {
        var block = new Block();
        var y = _ops[op](new Operands(block, first, count));
        return block.Run(block.Add(new Reshape(count * y.Type.Shape.Last.Value), y), 5, 1, 6);
    }

    /// <summary>Operands for the heads <c>[first, first + count)</c>, cut from those of all heads; the n-th asked for is always the same.</summary>
    private sealed class Operands(Block block, int first, int count)
    {
        private int _seed = 41;

        public Value Rows(int width) => block.Input(Cut(width, first, count, Heads), count, width);

        /// <summary>Operands that a group of heads shares.</summary>
        public Value Group(int width)
        {
            var perGroup = Heads / Groups;
            var groups = (count + perGroup - 1) / perGroup;
            return block.Input(Cut(width, first / perGroup, groups, Groups), groups, width);
        }

        public Value Gate() => block.Unary(UnaryFunction.Sigmoid, block.Input(Cut(1, first, count, Heads)));

        public Value Decay() => block.Weight([.. new Randoms(_seed++).Vector(Heads)[first..(first + count)].Select(v => -Math.Abs(v))]);

        public Value Bonus() => block.Weight(new Randoms(_seed++).Rows(Heads, Width)[first..(first + count)]);

        public Value Advance(Op op, Value[] operands, int stateRows, int stateColumns) =>
            block.Advance(op, [.. operands, block.State(StateKind.Recurrent, count, stateRows, stateColumns)]);

        private double[][] Cut(int width, int from, int many, int all) =>
            [.. new Randoms(_seed++).Rows(Tokens, all * width, 0.7).Select(row => row[(from * width)..((from + many) * width)])];
    }
}
