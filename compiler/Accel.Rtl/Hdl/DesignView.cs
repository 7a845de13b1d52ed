namespace Accel.Rtl.Hdl;

/// <summary>Two texts of one design, which differ in nothing that can be observed at the ports of the modules that have both.</summary>
public enum DesignView
{
    /// <summary>What a simulator is fast at.</summary>
    Simulation,

    /// <summary>What becomes gates.</summary>
    Synthesis,
}
