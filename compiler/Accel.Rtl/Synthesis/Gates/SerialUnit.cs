using System.Numerics;
using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.ConstantMatrix.Serial;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>The product on bits, the lowest first: as many cycles per vector as an output has bits.</summary>
public sealed class SerialUnit : ProductUnit
{
    public SerialUnit(IntegerMatrix matrix, OptimiserOptions? options = null)
        : base(matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        Module = SerialProduct.Build(TopName, SerialOptimiser.Optimise(matrix, options), LogicView.Cells);
        CyclesPerVector = Enumerable.Range(0, matrix.Outputs).Max(j => BitsOf(Enumerable.Range(0, matrix.Inputs).Sum(i => Math.Abs((long)matrix[i, j]))));
    }

    public override string Style => "serial-graph";

    public override int CyclesPerVector { get; }

    internal override Module Module { get; }

    internal override long[]?[][] Run(GateSimulator gates, sbyte[][][] streams)
    {
        var products = Products(streams);
        gates.Set("start", 0, ulong.MaxValue);
        gates.Settle();
        gates.Step();
        for (var place = 0; place < streams[0].Length; place++)
        {
            var words = streams.Select(_ => new long[Matrix.Outputs]).ToArray();
            for (var t = 0; t < CyclesPerVector; t++)
            {
                for (var i = 0; i < Matrix.Inputs; i++)
                {
                    gates.Set("x", i, Bits(streams, place, i, Math.Min(t, InputBits - 1)));
                }

                gates.Set("start", 0, t == CyclesPerVector - 1 ? ulong.MaxValue : 0);
                gates.Settle();
                for (var j = 0; j < Matrix.Outputs; j++)
                {
                    var y = gates.Get("y", j);
                    for (var s = 0; s < streams.Length; s++)
                    {
                        // The last bit is the sign.
                        words[s][j] |= (t == CyclesPerVector - 1 ? -1L : 1L) * (long)((y >> s) & 1) << t;
                    }
                }

                gates.Step();
            }

            for (var s = 0; s < streams.Length; s++)
            {
                products[s][place] = words[s];
            }
        }

        return products;
    }

    /// <summary>Bits of a sum of int8 times weights of that magnitude in all.</summary>
    private static int BitsOf(long magnitude) => 1 + (64 - BitOperations.LeadingZeroCount((ulong)Math.Max(1, magnitude << (InputBits - 1))));
}
