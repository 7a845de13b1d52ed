namespace Accel.Rtl.Liberty;

/// <summary>The units of a Liberty file in those of physics, read before the cells that use them.</summary>
internal sealed class LibertyUnits
{
    public double Seconds { get; set; } = 1e-9;

    public double Volts { get; set; } = 1;

    public double Farads { get; set; } = 1e-12;

    public double Watts { get; set; } = 1e-9;
}
