namespace Accel.Rtl.Liberty;

/// <summary>Direction of a cell's pin.</summary>
public enum PinDirection
{
    Input,
    Output,
    Inout,
    Internal,
}

/// <summary>Energy that a transition takes inside a cell, beside what charges its load.</summary>
/// <param name="RelatedPin">The input that causes the output's transition; null for an input's own.</param>
/// <param name="When">States of the other pins for which it holds; null for all.</param>
/// <param name="Rise">Joules by input transition time, in seconds, and load, in farads, in that order.</param>
/// <param name="Fall">The same of a fall.</param>
public sealed record InternalPower(string? RelatedPin, LogicFunction? When, LookupTable Rise, LookupTable Fall);

/// <summary>A pin of a cell, power pins left out.</summary>
public sealed record LibertyPin
{
    public required string Name { get; init; }

    public required PinDirection Direction { get; init; }

    /// <summary>Of an input, in farads.</summary>
    public required double CapacitanceFarads { get; init; }

    /// <summary>Of an output: a function of inputs and of the state's variables; null where there is none.</summary>
    public required LogicFunction? Function { get; init; }

    /// <summary>When it is true the output drives nothing; null for one that always drives.</summary>
    public required LogicFunction? ThreeState { get; init; }

    public required bool IsClock { get; init; }

    public required IReadOnlyList<InternalPower> InternalPower { get; init; }
}

/// <summary>A flip-flop (<see cref="IsLatch"/> false) or a latch: state variable, its inverse, and what changes it.</summary>
/// <param name="Variable">As functions of outputs name it.</param>
/// <param name="Inverse">The same, inverted.</param>
/// <param name="IsLatch">Transparent while <see cref="Clock"/> is true; else taken when it becomes true.</param>
/// <param name="Clock"><c>clocked_on</c>, or <c>enable</c> of a latch; null for one that is only set and cleared.</param>
/// <param name="Data"><c>next_state</c>, or <c>data_in</c>.</param>
/// <param name="Clear">Makes it 0 whatever the clock does.</param>
/// <param name="Preset">Makes it 1.</param>
/// <param name="BothVariable">The variable when both are true: <c>L</c>, <c>H</c>, <c>N</c> (kept), <c>T</c> (toggled), <c>X</c>.</param>
/// <param name="BothInverse">The inverse then.</param>
public sealed record LibertyState(
    string Variable, string Inverse, bool IsLatch, LogicFunction? Clock, LogicFunction? Data, LogicFunction? Clear, LogicFunction? Preset, char BothVariable, char BothInverse);

/// <summary>A cell of a library.</summary>
public sealed record LibertyCell
{
    public required string Name { get; init; }

    /// <summary>In the library's unit, square micrometres by convention.</summary>
    public required double Area { get; init; }

    /// <summary>Mean over the states of its inputs, in watts.</summary>
    public required double LeakageWatts { get; init; }

    /// <summary>Set aside by its maker, or made for switched supplies and levels: a mapper that knows one supply must not take it for a gate.</summary>
    public required bool IsSetAside { get; init; }

    /// <summary>Whether its behaviour is a table of states, as that of integrated clock gates is; such a table is not read.</summary>
    public required bool HasStateTable { get; init; }

    public required IReadOnlyList<LibertyPin> Pins { get; init; }

    /// <summary>Flip-flops and latches in it.</summary>
    public required IReadOnlyList<LibertyState> States { get; init; }

    public bool IsFlipFlop => States.Any(state => !state.IsLatch);

    public bool IsLatch => States.Count > 0 && !IsFlipFlop;

    public IEnumerable<LibertyPin> Inputs => Pins.Where(pin => pin.Direction == PinDirection.Input);

    public IEnumerable<LibertyPin> Outputs => Pins.Where(pin => pin.Direction == PinDirection.Output);
}
