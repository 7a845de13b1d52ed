namespace Accel.Rtl.Synthesis;

/// <summary>A module as its text shows it.</summary>
/// <param name="Name">A plain identifier.</param>
/// <param name="Text">From <c>module</c> to <c>endmodule</c>, comments left out.</param>
/// <param name="Header">From <c>module</c> to the <c>;</c> behind the ports.</param>
/// <param name="Instances">Modules of the design that it holds, each with its count, in the order of their first use.</param>
/// <param name="MemoryBits">Of arrays that it declares; 0 for a module without.</param>
/// <param name="Table">The constants that it looks up; null for a module that is not a table.</param>
/// <param name="IsInline">Too small to be mapped by itself: marked <c>(* inline *)</c>, it becomes part of what holds it.</param>
internal sealed record VerilogModule(string Name, string Text, string Header, IReadOnlyList<ModuleUse> Instances, long MemoryBits, ConstantTable? Table, bool IsInline = false);

/// <summary>A module inside another.</summary>
internal readonly record struct ModuleUse(string Module, int Count);

/// <summary>A <c>case</c> of constants: what a matrix in ROM is.</summary>
/// <param name="Entries">Constants.</param>
/// <param name="Width">Bits of a constant.</param>
/// <param name="Choices">Of its <see cref="TableStructure"/>.</param>
/// <param name="Joins">The same.</param>
internal sealed record ConstantTable(int Entries, int Width, long Choices, long Joins)
{
    /// <summary>Bits of all constants.</summary>
    public long Bits => (long)Entries * Width;
}
