namespace Accel.Rtl.Synthesis;

/// <summary>What a module is made of.</summary>
internal enum MappingKind
{
    /// <summary>Anything.</summary>
    Logic,

    /// <summary>A table of constants.</summary>
    Table,

    /// <summary>Sums, differences and registers alone, tens of thousands of cells in one module.</summary>
    Adders,
}

/// <summary>What Yosys is told for one module.</summary>
internal static class MappingScript
{
    /// <summary>Logic to cells, and what the same is for tables.</summary>
    public const string LogicName = "logic.abc";

    /// <inheritdoc cref="LogicName"/>
    public const string TableName = "table.abc";

    /// <summary>
    /// Least area, then buffers for what feeds many gates, inputs and registers among them: an address of a table feeds hundreds, and drive strengths as far as a path of a few nanoseconds asks for them:
    /// the adders' paths are longer. What the mapper prints is the delay of cells alone.
    /// </summary>
    public const string Logic = "strash\nifraig\nscorr\ndc2\ndch -f\n" + Mapping;

    /// <summary>Choices of structure (dch) do nothing for random tables but take half of the time.</summary>
    public const string Table = "strash\nifraig\nscorr\ndc2\n" + Mapping;

    private const string Mapping = "map -a -B 0.9\ntopo\nbuffer -N 20\nupsize -D 8000\ndnsize -D 8000\nstime -p\n";

    /// <param name="module">Its name.</param>
    /// <param name="kind">What it is made of.</param>
    /// <param name="input">A Verilog file with the module and the ports of those in it.</param>
    /// <param name="shared">The folder of <see cref="MappingLibrary.WriteFiles"/>, as seen from where Yosys runs.</param>
    /// <param name="netlist">Gets the mapped module.</param>
    public static string Of(MappingLibrary library, string module, MappingKind kind, string input, string shared, string netlist)
    {
        var liberty = $"{shared}/{MappingLibrary.LibertyName}";
        var constants = library.Constant(true) is { } high && library.Constant(false) is { } low ? $"hilomap -hicell {high.Cell} {high.Pin} -locell {low.Cell} {low.Pin} -singleton" : "";
        return $"""
            read_liberty -lib -ignore_miss_func {liberty}
            read_verilog {input}
            hierarchy -check -top {module}
            proc
            flatten
            opt_expr
            opt_clean
            check -assert
            {(kind == MappingKind.Adders ? Adders(shared, liberty) : AnyLogic(shared, liberty))}
            abc -liberty {liberty} -script {shared}/{(kind == MappingKind.Table ? TableName : LogicName)}
            {constants}
            setundef -zero
            opt_clean -purge
            tee -o {netlist}.stat stat
            write_verilog -noattr -noexpr -nohex -simple-lhs {netlist}

            """;
    }

    private static string AnyLogic(string shared, string liberty) => $"""
        opt -nodffe -nosdff
        opt
        wreduce
        peepopt
        opt_clean
        techmap -map {shared}/{ArithmeticMapping.ProductsName}
        opt
        wreduce
        opt_clean
        alumacc
        opt
        maccmap
        opt
        memory -nomap
        opt_clean
        memory_map
        opt -undriven -fine -mux_undef
        techmap -map {shared}/{ArithmeticMapping.SumsName}
        opt
        techmap -map {shared}/{ArithmeticMapping.CellsName}
        techmap -map {shared}/{ArithmeticMapping.CellsName}
        techmap
        opt -fast
        dfflibmap -liberty {liberty}
        opt
        """;

    /// <summary>The same for logic without choices, products and memories: passes that look through all cells again and again find nothing there.</summary>
    private static string Adders(string shared, string liberty) => $"""
        wreduce
        opt_clean
        alumacc
        maccmap
        opt_clean
        techmap -map {shared}/{ArithmeticMapping.SumsName}
        techmap -map {shared}/{ArithmeticMapping.CellsName}
        techmap -map {shared}/{ArithmeticMapping.CellsName}
        techmap
        opt_expr
        opt_merge
        opt_clean
        dfflibmap -liberty {liberty}
        """;
}
