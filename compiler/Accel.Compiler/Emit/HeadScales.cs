using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Scales of a head's keys or values, fetched together and in whole stripes of the memory before its first tile: a tile's own are a few bytes,
/// which would fall to some of the memory's channels only.
/// </summary>
/// <param name="buffer">Room for two heads.</param>
/// <param name="reader">The unit that reads them.</param>
internal sealed class HeadScales(AttentionShape shape, AttentionCache cache, DoubleBuffer buffer, UnitId reader)
{
    public DoubleBuffer Buffer => buffer;

    /// <summary>Address of the scales of the head in turn from a slot on.</summary>
    public Expression From(Expression slot) => (slot * 2) + buffer.Address;

    /// <summary>Before a head's first tile.</summary>
    /// <param name="channel">Fetches them.</param>
    public void Begin(Expression head, UnitId channel)
    {
        shape.Context.Stream.AddRaw(new Load(TrafficClass.Cache, cache.Scales(head, 0), buffer.Address, new Box(shape.BytesOfScales(cache)))
        {
            Channel = channel.Index,
            Waits = [buffer.Free],
            Signals = [buffer.Full],
        });
        shape.Context.Stream.AddRaw(new Synchronize(reader) { Waits = [buffer.Full] });
    }

    /// <summary>Behind a head's last tile.</summary>
    public void End() => shape.Context.Stream.AddRaw(new Synchronize(reader) { Signals = [buffer.Free] });
}
