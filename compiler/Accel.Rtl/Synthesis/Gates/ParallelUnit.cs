using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Graphs;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>The product on whole words, pipelined: a vector each cycle.</summary>
public sealed class ParallelUnit : ProductUnit
{
    private readonly int _stages;
    private readonly int _outputBits;

    /// <param name="levels">Adders on the longest way through a stage.</param>
    public ParallelUnit(IntegerMatrix matrix, int levels, OptimiserOptions? options = null)
        : base(matrix)
    {
        var cost = GraphCost.Of(MatrixOptimiser.Optimise(matrix, (options ?? new()) with { Objective = GraphObjective.Bits }), ValueRange.Int8);
        Module = ParallelProduct.Build(TopName, cost, levels);
        _stages = PipelineSchedule.Of(cost, levels).Stages;
        _outputBits = ParallelProduct.OutputWidth(cost);
    }

    public override string Style => "parallel-graph";

    public override int CyclesPerVector => 1;

    internal override Module Module { get; }

    internal override long[]?[][] Run(GateSimulator gates, sbyte[][][] streams)
    {
        var products = Products(streams);
        for (var t = 0; t < streams[0].Length + _stages; t++)
        {
            for (var bit = 0; bit < Matrix.Inputs * InputBits; bit++)
            {
                gates.Set("x", bit, Bits(streams, Math.Min(t, streams[0].Length - 1), bit / InputBits, bit % InputBits));
            }

            gates.Settle();
            for (var s = 0; t >= _stages && s < streams.Length; s++)
            {
                products[s][t - _stages] = [.. Enumerable.Range(0, Matrix.Outputs).Select(j => Output(gates, j, s))];
            }

            gates.Step();
        }

        return products;
    }

    private long Output(GateSimulator gates, int output, int run)
    {
        var value = 0L;
        for (var k = 0; k < _outputBits; k++)
        {
            var bit = (long)((gates.Get("y", (output * _outputBits) + k) >> run) & 1);
            value |= (k == _outputBits - 1 ? -bit : bit) << k;
        }

        return value;
    }
}
