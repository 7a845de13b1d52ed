namespace Accel.Rtl.Synthesis;

/// <summary>Where a module's figures come from.</summary>
public enum ResultKind
{
    /// <summary>Mapped to cells and counted.</summary>
    Mapped,

    /// <summary>A memory: its bits are known, its area is a foundry's.</summary>
    Macro,

    /// <summary>A table too large to be mapped: told from others that were.</summary>
    Estimated,

    /// <summary>Mapping failed or took too long.</summary>
    Failed,
}

/// <summary>One module of a design, without the modules in it.</summary>
public sealed record ModuleResult
{
    public required string Name { get; init; }

    /// <summary>Instances in the whole design of this module and of those equal to it.</summary>
    public required long Count { get; init; }

    public required ResultKind Kind { get; init; }

    /// <summary>Modules in it, each with its count.</summary>
    public required IReadOnlyList<(string Module, int Count)> Children { get; init; }

    /// <summary>By name of the library's cell.</summary>
    public IReadOnlyDictionary<string, long> CellCounts { get; init; } = new Dictionary<string, long>();

    public long Cells { get; init; }

    public long FlipFlops { get; init; }

    /// <summary>Square micrometres of its own cells, before placement.</summary>
    public double Area { get; init; }

    /// <summary>Bits of a memory.</summary>
    public long MacroBits { get; init; }

    /// <summary>What the mapper takes for the longest path through its gates; adder cells end its paths. 0 where it has none.</summary>
    public double MapperDelayPicoseconds { get; init; }

    /// <summary>Seconds of one processor, roughly: the tool's run by the wall clock. 0 where an earlier run's netlist served.</summary>
    public double Seconds { get; init; }

    /// <summary>Of a failure, or of an estimate: one line.</summary>
    public string Note { get; init; } = "";
}
