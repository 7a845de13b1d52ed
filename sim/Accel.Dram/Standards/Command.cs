namespace Accel.Dram.Standards;

/// <summary>What a controller can send to a DRAM.</summary>
public enum Command : byte
{
    Activate,
    Precharge,
    PrechargeAll,
    Read,
    ReadAutoPrecharge,
    Write,
    WriteAutoPrecharge,
    RefreshAllBank,
    RefreshPerBank,
}

/// <summary>Facts about <see cref="Command"/> that hold in every standard.</summary>
public static class Commands
{
    /// <summary>Number of commands; tables are indexed by the command's value.</summary>
    public const int Count = 9;

    private static readonly string[] _mnemonics = ["ACT", "PRE", "PREA", "RD", "RDA", "WR", "WRA", "REFab", "REFpb"];

    /// <summary>The short name used in command traces: <c>ACT</c>, <c>RD</c>, <c>REFab</c>.</summary>
    public static string Mnemonic(this Command command) => _mnemonics[(int)command];

    /// <summary>A read, with or without auto-precharge.</summary>
    public static bool IsRead(this Command command) => command is Command.Read or Command.ReadAutoPrecharge;

    /// <summary>A write, with or without auto-precharge.</summary>
    public static bool IsWrite(this Command command) => command is Command.Write or Command.WriteAutoPrecharge;

    /// <summary>Moves data: a read or a write.</summary>
    public static bool IsColumn(this Command command) => command.IsRead() || command.IsWrite();

    /// <summary>Addresses a whole rank, not one bank.</summary>
    public static bool IsRankWide(this Command command) => command is Command.PrechargeAll or Command.RefreshAllBank;
}
