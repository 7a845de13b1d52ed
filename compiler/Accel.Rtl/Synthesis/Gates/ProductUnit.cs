using Accel.Rtl.ConstantMatrix;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>A constant matrix-vector product by itself: a module in one of the styles, and how to drive and to read it.</summary>
public abstract class ProductUnit
{
    /// <summary>The top module where the unit names it.</summary>
    private protected const string TopName = "product";

    /// <summary>Bits of an input, two's complement.</summary>
    private protected const int InputBits = 8;

    private protected ProductUnit(IntegerMatrix matrix) => Matrix = matrix;

    public IntegerMatrix Matrix { get; }

    /// <summary>As the command line calls it.</summary>
    public abstract string Style { get; }

    /// <summary>The least input; codes of a chip are symmetric.</summary>
    public virtual sbyte LeastInput => sbyte.MinValue;

    /// <summary>Cycles from one vector to the next when they follow without a gap.</summary>
    public abstract int CyclesPerVector { get; }

    /// <summary>The module that is the unit.</summary>
    public string Top => Module.Name;

    /// <summary>The module and all that it holds, as synthesis reads them.</summary>
    public IReadOnlyList<VerilogFile> Files => VerilogPrinter.Print(Module, DesignView.Synthesis);

    internal abstract Module Module { get; }

    /// <summary>What the product is: the reference for everything else.</summary>
    /// <param name="vector">Of <see cref="IntegerMatrix.Inputs"/> int8.</param>
    public virtual long[] Expected(ReadOnlySpan<sbyte> vector)
    {
        var y = new long[Matrix.Outputs];
        for (var i = 0; i < vector.Length; i++)
        {
            for (var j = 0; j < y.Length; j++)
            {
                y[j] += (long)vector[i] * Matrix[i, j];
            }
        }

        return y;
    }

    /// <summary>Sends streams of vectors through gates, 64 side by side, those of a stream one after another without a gap.</summary>
    /// <param name="streams">Vectors by stream and place in it; at most 64 streams of one length.</param>
    /// <returns>Products by stream and place; a product that did not come is null.</returns>
    internal abstract long[]?[][] Run(GateSimulator gates, sbyte[][][] streams);

    /// <summary>The same bit of one input of all streams.</summary>
    private protected static ulong Bits(sbyte[][][] streams, int place, int input, int bit)
    {
        var runs = 0UL;
        for (var s = 0; s < streams.Length; s++)
        {
            runs |= (ulong)((streams[s][place][input] >> bit) & 1) << s;
        }

        return runs;
    }

    private protected static long[]?[][] Products(sbyte[][][] streams) => [.. streams.Select(stream => new long[]?[stream.Length])];
}
