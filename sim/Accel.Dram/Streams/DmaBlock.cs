namespace Accel.Dram.Streams;

/// <summary>A block transfer of at most two loops, as a value: what is sent over and over is compared and kept without an object for each.</summary>
/// <param name="BaseAddress">Byte address of the first run.</param>
/// <param name="RunBytes">Contiguous bytes per run; positive.</param>
/// <param name="IsWrite">A write; else a read.</param>
/// <param name="Outer">The slower loop; a count of 1 for none.</param>
/// <param name="Inner">The faster loop; a count of 1 for none.</param>
public readonly record struct DmaBlock(long BaseAddress, long RunBytes, bool IsWrite, DmaLoop Outer, DmaLoop Inner)
{
    /// <summary>The same as a descriptor.</summary>
    public DmaDescriptor Descriptor() =>
        Outer.Count > 1 ? new(BaseAddress, RunBytes, IsWrite, Outer, Inner)
        : Inner.Count > 1 ? new(BaseAddress, RunBytes, IsWrite, Inner)
        : new(BaseAddress, RunBytes, IsWrite);
}
