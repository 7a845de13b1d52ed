using FsCheck;
using FsCheck.Fluent;

namespace Accel.Tests.Shared;

/// <summary>Properties over generated inputs, from a fixed seed; a failure prints the input and the seed that gave it.</summary>
internal static class SeededProperty
{
    /// <param name="inputs">What to draw.</param>
    /// <param name="check">Fails by throwing.</param>
    /// <param name="runs">Inputs to draw.</param>
    /// <param name="seed">Where the random numbers start.</param>
    public static void Holds<T>(Gen<T> inputs, Action<T> check, int runs = 100, ulong seed = 20_26)
    {
        const ulong Gamma = 0x9E37_79B9_7F4A_7C15;
        Prop.ForAll(inputs.ToArbitrary(), check).Check(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(seed, Gamma));
    }
}
