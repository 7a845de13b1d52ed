namespace Accel.Dram.Standards;

/// <summary>Energy of one pseudo-channel's devices, per command and per tick.</summary>
/// <param name="ActivatePicojoules">One activate together with the precharge that ends it.</param>
/// <param name="ReadPicojoules">One read burst, above standby.</param>
/// <param name="WritePicojoules">One write burst, above standby.</param>
/// <param name="RefreshPicojoules">One all-bank refresh of a rank, above standby.</param>
/// <param name="ActiveTickPicojoules">One rank for one tick with a row open.</param>
/// <param name="IdleTickPicojoules">One rank for one tick with all rows closed.</param>
/// <param name="Source">Where the figures come from.</param>
public sealed record EnergyFigures(
    double ActivatePicojoules,
    double ReadPicojoules,
    double WritePicojoules,
    double RefreshPicojoules,
    double ActiveTickPicojoules,
    double IdleTickPicojoules,
    string Source);

/// <summary>Supply currents as data sheets give them (mA per device) and the voltage they are drawn at.</summary>
public sealed record SupplyCurrents(
    double Vdd, double Idd0, double Idd2N, double Idd3N, double Idd4R, double Idd4W, double Idd5, string Source)
{
    /// <summary>
    /// The usual reading of supply currents: activate = (IDD0 tRC - IDD3N tRAS - IDD2N (tRC - tRAS)) VDD, burst = (IDD4 - IDD3N) VDD tBurst,
    /// refresh = (IDD5 - IDD3N) VDD tRFC. mA times V times ns is pJ.
    /// </summary>
    /// <param name="devices">Devices in a rank.</param>
    /// <param name="tickNanoseconds">Length of a tick.</param>
    /// <param name="rc">tRC in ticks.</param>
    /// <param name="ras">tRAS in ticks.</param>
    /// <param name="burst">Burst length in ticks.</param>
    /// <param name="rfc">tRFC in ticks.</param>
    public EnergyFigures ToEnergy(double devices, double tickNanoseconds, int rc, int ras, int burst, int rfc)
    {
        var scale = Vdd * devices * tickNanoseconds;
        return new EnergyFigures(
            scale * (Idd0 * rc - Idd3N * ras - Idd2N * (rc - ras)),
            scale * (Idd4R - Idd3N) * burst,
            scale * (Idd4W - Idd3N) * burst,
            scale * (Idd5 - Idd3N) * rfc,
            scale * Idd3N,
            scale * Idd2N,
            Source);
    }
}

/// <summary>One published figure per bit moved, where no currents are published; rows, refresh and standby are within it.</summary>
public sealed record EnergyPerBit(double Picojoules, string Source)
{
    /// <summary>Spreads the figure over the bits of one access.</summary>
    public EnergyFigures ToEnergy(int accessBytes) =>
        new(0, Picojoules * accessBytes * 8, Picojoules * accessBytes * 8, 0, 0, 0, Source);
}
