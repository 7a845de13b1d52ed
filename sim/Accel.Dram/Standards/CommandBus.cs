namespace Accel.Dram.Standards;

/// <summary>How a command occupies a command bus.</summary>
/// <param name="Command">The command.</param>
/// <param name="Bus">Bus number: 0 where all commands share one bus; where rows and columns have their own, 0 is the row bus and 1 the column bus.</param>
/// <param name="Cycles">Bit i set: the bus is taken in tick i after the command starts. <c>0b1</c> one tick, <c>0b11</c> two ticks in a row.</param>
public sealed record BusUse(Command Command, int Bus, uint Cycles);

/// <summary>Builds the usual bus-use tables.</summary>
public static class BusUses
{
    /// <summary>Every command takes one tick of one bus.</summary>
    public static BusUse[] OneTickEach() => [.. Enum.GetValues<Command>().Select(c => new BusUse(c, 0, 0b1))];

    /// <summary>One shared bus; <paramref name="activate"/> and <paramref name="column"/> patterns as given, all others <paramref name="other"/>.</summary>
    public static BusUse[] Shared(uint activate, uint column, uint other) =>
        [.. Enum.GetValues<Command>().Select(c => new BusUse(c, 0, c == Command.Activate ? activate : c.IsColumn() ? column : other))];

    /// <summary>Row commands on bus 0, column commands on bus 1.</summary>
    public static BusUse[] RowAndColumn(uint activate, uint column, uint otherRow) =>
        [.. Enum.GetValues<Command>().Select(c =>
            c.IsColumn() ? new BusUse(c, 1, column) : new BusUse(c, 0, c == Command.Activate ? activate : otherRow))];
}
