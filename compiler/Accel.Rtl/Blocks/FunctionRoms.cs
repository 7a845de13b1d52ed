using System.Numerics;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>The sampled functions of the integer model, each a module that every block instantiates; one set per chip.</summary>
internal sealed class FunctionRoms
{
    /// <summary>Bits of the falls between samples of the exponential.</summary>
    public const int Exp2FallBits = 22;

    /// <summary>Bits of the rises between samples of the root.</summary>
    public const int RootRiseBits = 22;

    private Module? _exp2;
    private Module? _root;

    /// <summary><c>2^(-i/256)</c>, 31 bits, and the fall to the next sample above it.</summary>
    public Module Exp2 => _exp2 ??= Rom("exp2_samples", "2^(-i/256) with 30 fraction bits, and above it the fall to the next sample.", 256, 31, Exp2FallBits, i =>
        (Compiler.Quantization.Arithmetic.Exp2.Entries[i], Compiler.Quantization.Arithmetic.Exp2.Entries[i] - Compiler.Quantization.Arithmetic.Exp2.Entries[i + 1]));

    /// <summary><c>sqrt((i + 64) / 256)</c>, 31 bits, and the rise to the next sample above it.</summary>
    public Module Root => _root ??= Rom("root_samples", "sqrt((i + 64) / 256) with 30 fraction bits, and above it the rise to the next sample.", 192, 31, RootRiseBits, i =>
        (SquareRoot.Entries[i], SquareRoot.Entries[i + 1] - SquareRoot.Entries[i]));

    private static Module Rom(string name, string summary, int count, int entryBits, int slopeBits, Func<int, (int Entry, int Slope)> sample)
    {
        var rom = new Module(name, summary);
        var words = Enumerable.Range(0, count).Select(i => ((BigInteger)sample(i).Slope << entryBits) | sample(i).Entry).ToList();
        rom.Output("sample", rom.Lookup("entry", rom.Input("index", Bits.OfIndex(count)), entryBits + slopeBits, words));
        return rom;
    }
}
