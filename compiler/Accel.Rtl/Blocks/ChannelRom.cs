using System.Numerics;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>Constants per channel of all of a unit's steps, in one ROM: step by step, each from an address of its own on.</summary>
internal static class ChannelRom
{
    /// <param name="name">The ROM's module.</param>
    /// <param name="summary">What it holds.</param>
    /// <param name="steps">Name and channels of each step of the unit.</param>
    /// <param name="index">The channel.</param>
    /// <param name="width">Bits of a word.</param>
    /// <param name="word">Of a step and channel.</param>
    public static Unsigned Of(
        UnitBuilder unit, string name, string summary, IEnumerable<(string Name, int Channels)> steps, Unsigned index, int width, Func<int, int, BigInteger> word)
    {
        var words = new List<BigInteger>();
        var starts = new List<long>();
        var comments = new Dictionary<int, string>();
        var step = 0;
        foreach (var (stepName, channels) in steps)
        {
            starts.Add(words.Count);
            if (channels > 0)
            {
                comments.Add(words.Count, stepName);
            }

            for (var channel = 0; channel < channels; channel++)
            {
                words.Add(word(step, channel));
            }

            step++;
        }

        var rom = new Module(name, $"{summary}: {words.Count} words of {width} bits.");
        var address = rom.Input("address", Bits.OfIndex(words.Count));
        rom.Output("word", rom.Lookup("entry", address, width, words, i => comments.GetValueOrDefault(i)));
        var start = unit.Field($"{name}_start", starts);
        return unit.Module.Instance(rom, $"u_{name}").Connect("address", (start + index).Resize(address.Width))["word"];
    }
}
