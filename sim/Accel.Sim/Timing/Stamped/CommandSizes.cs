using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>What a command's sizes come to, for one value of the register that decides them; and where it is.</summary>
internal sealed class CommandSizes(CommandPlaces places)
{
    private readonly CommandPlaces _places = places;
    private TransferShape _transfer;

    /// <summary>Whether anything was worked out.</summary>
    public bool IsKnown { get; set; }

    /// <summary>For which value of the register.</summary>
    public long Value { get; set; }

    /// <summary>Cycles of a vector command or a read-out.</summary>
    public long Cycles { get; set; }

    /// <summary>Bytes from the first to the last of the scratchpad that matters to others.</summary>
    public long PadLength { get; set; }

    /// <summary>Words from the first to the last sum.</summary>
    public long SumsLength { get; set; }

    /// <summary>A product, and its last way through a pipeline.</summary>
    public PassRecord? Passes { get; set; }

    /// <summary>The memory side of a transfer.</summary>
    public ref TransferShape Transfer => ref _transfer;

    /// <summary>Whether it is a load: only those overlap others on a channel.</summary>
    public bool IsLoad { get; set; }

    public ref readonly CommandPlaces Places => ref _places;

    /// <summary>Address in memory of a transfer.</summary>
    public long DramAddress(ReadOnlySpan<long> registers) => _places.First.Resolve(registers);

    /// <summary>Scratchpad that a load writes.</summary>
    public Footprint Loaded(ReadOnlySpan<long> registers) => From(_places.Second.Resolve(registers), PadLength);

    /// <summary>What a product or a read-out touches.</summary>
    public ArrayFootprints Touched(bool isReadOut, ReadOnlySpan<long> registers) =>
        new(isReadOut, From(_places.First.Resolve(registers), PadLength), From(_places.Second.Resolve(registers), SumsLength));

    private static Footprint From(long start, long length) => length == 0 ? Footprint.None : new(start, start + length);
}
