using Accel.Sim.Timing.Units;

namespace Accel.Sim.Timing.Stamped;

/// <summary>A command that its unit is to take, with the registers put in.</summary>
/// <param name="Kind">Any but to synchronise.</param>
/// <param name="Size">What its sizes come to.</param>
/// <param name="First">As <see cref="CommandPlaces.First"/>.</param>
/// <param name="Second">As <see cref="CommandPlaces.Second"/>.</param>
internal readonly record struct ResolvedCommand(TimedKind Kind, CommandSize Size, long First, long Second)
{
    /// <summary>Scratchpad that a load writes.</summary>
    public Footprint Loaded => From(Second, Size.PadLength);

    /// <summary>What a product or a read-out touches.</summary>
    public void Touch(out ArrayFootprints touched) =>
        touched = new(Kind == TimedKind.ReadOut, From(First, Size.PadLength), From(Second, Size.SumsLength));

    private static Footprint From(long start, long length) => length == 0 ? Footprint.None : new(start, start + length);
}
