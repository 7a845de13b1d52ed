using System.Text;

namespace Accel.Rtl.Hdl;

/// <summary>Names that Verilog accepts.</summary>
public static class Identifier
{
    // IEEE 1364-2001, annex B.
    private static readonly HashSet<string> _reserved = new(
        ("always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam design disable edge else " +
         "end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event for force forever fork function " +
         "generate genvar highz0 highz1 if ifnone incdir include initial inout input instance integer join large liblist library localparam " +
         "macromodule medium module nand negedge nmos nor noshowcancelled not notif0 notif1 or output parameter pmos posedge primitive pull0 pull1 " +
         "pulldown pullup pulsestyle_onevent pulsestyle_ondetect rcmos real realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1 scalared " +
         "showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0 tranif1 tri tri0 tri1 triand " +
         "trior trireg unsigned use vectored wait wand weak0 weak1 while wire wor xnor xor").Split(' '),
        StringComparer.Ordinal);

    // IEEE 1800-2017, annex B: what SystemVerilog adds. Tools may read a file as that, whatever its name.
    private static readonly HashSet<string> _added = new(
        ("accept_on alias always_comb always_ff always_latch assert assume before bind bins binsof bit break byte chandle checker class clocking " +
         "const constraint context continue cover covergroup coverpoint cross dist do endchecker endclass endclocking endgroup endinterface " +
         "endpackage endprogram endproperty endsequence enum eventually expect export extends extern final first_match foreach forkjoin global " +
         "iff ignore_bins illegal_bins implements implies import inside int interconnect interface intersect join_any join_none let local logic " +
         "longint matches modport nettype new nexttime null package packed priority program property protected pure rand randc randcase " +
         "randsequence ref reject_on restrict return s_always s_eventually s_nexttime s_until s_until_with sequence shortint shortreal soft solve " +
         "static string strong struct super sync_accept_on sync_reject_on tagged this throughout timeprecision timeunit type typedef union unique " +
         "unique0 until until_with untyped uwire var virtual void wait_order weak wildcard with within").Split(' '),
        StringComparer.Ordinal);

    /// <summary>A model's name with everything but letters and digits made underscores: <c>layers_2_attention_query</c>.</summary>
    public static string From(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) || IsReserved(text.ToString()) ? $"n_{text}" : text.ToString();
    }

    /// <summary>Whether a name is a keyword of Verilog-2001 or of SystemVerilog, as which some tools read any file.</summary>
    internal static bool IsReserved(string name) => _reserved.Contains(name) || _added.Contains(name);

    /// <exception cref="ArgumentException">Not an identifier of Verilog.</exception>
    internal static string Checked(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !IsReserved(name)
            ? name
            : throw new ArgumentException($"'{name}' is no Verilog identifier");
}
