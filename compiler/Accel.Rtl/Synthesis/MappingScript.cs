namespace Accel.Rtl.Synthesis;

/// <summary>What Yosys is told for one module.</summary>
internal static class MappingScript
{
    public const string LogicName = "logic.abc";

    /// <summary>
    /// Logic to cells: least area, then buffers and drive strengths for the loads, since an address of a table feeds hundreds of gates; the delay is that of cells
    /// alone.
    /// </summary>
    public const string Logic = """
        strash
        ifraig
        scorr
        dc2
        dch -f
        map -a -B 0.9
        topo
        buffer -c
        upsize
        dnsize
        stime -p

        """;

    /// <param name="module">Its name.</param>
    /// <param name="input">A Verilog file with the module and the ports of those in it.</param>
    /// <param name="shared">The folder of <see cref="MappingLibrary.WriteFiles"/>, as seen from where Yosys runs.</param>
    /// <param name="netlist">Gets the mapped module.</param>
    public static string Of(MappingLibrary library, string module, string input, string shared, string netlist)
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
            abc -liberty {liberty} -script {shared}/{LogicName}
            {constants}
            setundef -zero
            opt_clean -purge
            tee -o {netlist}.stat stat
            write_verilog -noattr -noexpr -nohex -simple-lhs {netlist}

            """;
    }
}
