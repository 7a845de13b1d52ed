namespace Accel.Isa.Operands;

/// <summary>How an integer lies in the scratchpad; little-endian.</summary>
public enum LaneType
{
    I8,
    I16,
    U16,
    I32,
    I64,
}

/// <summary>Sizes and ranges of <see cref="LaneType"/>.</summary>
public static class LaneTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int ByteSize(this LaneType type) => type switch
    {
        LaneType.I8 => 1,
        LaneType.I16 or LaneType.U16 => 2,
        LaneType.I32 => 4,
        _ => 8,
    };

    public static long Least(this LaneType type) => type switch
    {
        LaneType.I8 => sbyte.MinValue,
        LaneType.I16 => short.MinValue,
        LaneType.U16 => 0,
        LaneType.I32 => int.MinValue,
        _ => long.MinValue,
    };

    public static long Greatest(this LaneType type) => type switch
    {
        LaneType.I8 => sbyte.MaxValue,
        LaneType.I16 => short.MaxValue,
        LaneType.U16 => ushort.MaxValue,
        LaneType.I32 => int.MaxValue,
        _ => long.MaxValue,
    };
}
