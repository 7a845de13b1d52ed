using Accel.Dram.Streams;

namespace Accel.Sim.Timing.Units;

/// <summary>Bursts that a DMA channel asks memory for at once: rows of planes, or a part of one row.</summary>
/// <param name="Address">First byte.</param>
/// <param name="RowBytes">Contiguous bytes.</param>
/// <param name="Rows">Of each plane.</param>
/// <param name="RowStride">Bytes from row to row.</param>
/// <param name="Planes">Of all.</param>
/// <param name="PlaneStride">Bytes from plane to plane.</param>
/// <param name="IsWrite">To memory.</param>
/// <param name="Bursts">That are outstanding for it.</param>
internal readonly record struct BurstGroup(
    long Address, long RowBytes, long Rows, long RowStride, long Planes, long PlaneStride, bool IsWrite, long Bursts)
{
    /// <summary>Bytes that the command wants.</summary>
    public long Bytes => Planes * Rows * RowBytes;

    /// <summary>As memory is asked.</summary>
    public DmaBlock Block() => new(Address, RowBytes, IsWrite, new(Planes, PlaneStride), new(Rows, RowStride));
}
