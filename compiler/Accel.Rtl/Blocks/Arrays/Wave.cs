using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks.Arrays;

/// <summary>Signals that travel through an array, an element a cycle: what enters at the corner is had after any number of cycles.</summary>
internal sealed class Wave(Module module)
{
    private readonly Dictionary<string, (List<Unsigned> Chain, bool IsEvent)> _tags = new(StringComparer.Ordinal);

    /// <summary>What goes along with codes and sums, and means nothing by itself.</summary>
    public void Carry(string name, Unsigned value) => _tags.Add(name, ([value], false));

    /// <summary>What says that something happens: it must not be set by chance after a reset.</summary>
    public void Signal(string name, Unsigned value) => _tags.Add(name, ([value], true));

    /// <summary>A signal after so many cycles.</summary>
    public Unsigned Tag(string name, int cycles)
    {
        var (chain, isEvent) = _tags[name];
        while (chain.Count <= cycles)
        {
            var label = $"{name}_at_{chain.Count}";
            chain.Add(isEvent ? module.DelayFlag(label, chain[^1]) : module.Delay(label, chain[^1]));
        }

        return chain[cycles];
    }
}
