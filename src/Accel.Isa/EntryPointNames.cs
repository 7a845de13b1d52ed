namespace Accel.Isa;

/// <summary>Names of a program's entry points.</summary>
public static class EntryPointNames
{
    /// <summary>Several tokens of one sequence.</summary>
    public const string Prefill = "prefill";

    /// <summary>One token of one sequence.</summary>
    public const string Decode = "decode";

    /// <summary>One token of each of several sequences; in programs for several.</summary>
    public const string Batch = "batch";
}
