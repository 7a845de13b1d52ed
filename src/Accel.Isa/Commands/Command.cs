using Accel.Isa.Operands;

namespace Accel.Isa.Commands;

/// <summary>Kinds of units that execute commands, each from a queue of its own.</summary>
public enum UnitKind
{
    /// <summary>A DMA channel: between DRAM and scratchpad.</summary>
    Dma,

    /// <summary>A matmul array with its accumulators and its read-out.</summary>
    Array,

    /// <summary>A vector unit.</summary>
    Vector,
}

/// <summary>One unit of the machine.</summary>
public readonly record struct UnitId(UnitKind Kind, int Index)
{
    /// <summary>Lower case kind and number: <c>dma0</c>.</summary>
    public override string ToString() => Kind switch
    {
        UnitKind.Dma => $"dma{Index}",
        UnitKind.Array => $"array{Index}",
        _ => $"vector{Index}",
    };

    public static bool TryParse(ReadOnlySpan<char> text, out UnitId unit)
    {
        foreach (var kind in Enum.GetValues<UnitKind>())
        {
            var name = kind.ToString();
            if (text.Length > name.Length && text[..name.Length].Equals(name, StringComparison.OrdinalIgnoreCase)
                && int.TryParse(text[name.Length..], System.Globalization.NumberStyles.None, null, out var index))
            {
                unit = new(kind, index);
                return true;
            }
        }

        unit = default;
        return false;
    }
}

/// <summary>
/// Work for one unit. A unit takes its commands in the order of the program; between units only semaphores and
/// <see cref="Fence"/> order anything. A command starts when all its <see cref="Waits"/> can be taken, and gives its
/// <see cref="Signals"/> when the last byte is written.
/// </summary>
/// <remarks>
/// Between two fences one unit signals a semaphore and one unit waits for it, so that the n-th unit taken is the n-th given and the
/// order of a program does not depend on time.
/// </remarks>
public abstract record Command : Instruction
{
    /// <summary>Index in <see cref="CompiledProgram.Operators"/>: the model's operator that this serves.</summary>
    public int Operator { get; init; }

    public SemaphoreList Waits { get; init; }

    public SemaphoreList Signals { get; init; }

    /// <summary>Who executes it.</summary>
    public abstract UnitId Unit { get; }

    /// <summary>
    /// All bytes that the command reads and writes for the given registers. A byte that is read and written stands in both.
    /// </summary>
    public abstract void ListAccesses(ReadOnlySpan<long> registers, AccessList accesses);
}

/// <summary>A command of a DMA channel.</summary>
public abstract record DmaCommand : Command
{
    public int Channel { get; init; }

    /// <summary>What the bytes are counted as.</summary>
    public abstract TrafficClass Traffic { get; init; }

    public override UnitId Unit => new(UnitKind.Dma, Channel);
}

/// <summary>A command of a matmul array.</summary>
public abstract record ArrayCommand : Command
{
    public int Array { get; init; }

    public override UnitId Unit => new(UnitKind.Array, Array);
}

/// <summary>A command of a vector unit.</summary>
public abstract record VectorCommand : Command
{
    public int Vector { get; init; }

    public override UnitId Unit => new(UnitKind.Vector, Vector);
}
