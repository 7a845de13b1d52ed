using Accel.Rtl.Matrices;

namespace Accel.Rtl.Power;

/// <summary>What a module and all its instances took in a run.</summary>
/// <param name="Name">Of the module.</param>
/// <param name="Count">Instances.</param>
/// <param name="ClockJoules">Of the clock's pins.</param>
/// <param name="RegisterJoules">Of registers that changed.</param>
/// <param name="LogicJoules">Of other nets that changed.</param>
/// <param name="LeakageJoules">Over the time of the run.</param>
/// <param name="Note">Where it is not the module's own cells or signals that were counted; empty otherwise.</param>
public sealed record ModulePower(string Name, long Count, double ClockJoules, double RegisterJoules, double LogicJoules, double LeakageJoules, string Note)
{
    /// <summary>Whether it is a table of weights or of their scales.</summary>
    public bool IsTable => RomLayout.IsName(Name);

    public double Joules => ClockJoules + RegisterJoules + LogicJoules + LeakageJoules;
}

/// <summary>An estimate of the energy of a run.</summary>
/// <param name="Library">Whose cells.</param>
/// <param name="Cycles">Of the run.</param>
/// <param name="Positions">Tokens that went through, those of prompts included.</param>
/// <param name="Modules">The one that took most first.</param>
/// <param name="MacroBits">Of memories, which are not in it.</param>
public sealed record PowerReport(string Library, long Cycles, long Positions, PowerAssumptions Assumptions, IReadOnlyList<ModulePower> Modules, long MacroBits)
{
    public double Joules => Modules.Sum(module => module.Joules);

    public double JoulesPerToken => Joules / Positions;

    public double Watts => Joules * Assumptions.ClockHertz / Cycles;
}
