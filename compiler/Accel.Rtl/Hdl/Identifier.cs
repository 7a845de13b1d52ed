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

    /// <summary>A model's name with everything but letters and digits made underscores: <c>layers_2_attention_query</c>.</summary>
    public static string From(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) || _reserved.Contains(text.ToString()) ? $"n_{text}" : text.ToString();
    }

    /// <exception cref="ArgumentException">Not an identifier of Verilog.</exception>
    internal static string Checked(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !_reserved.Contains(name)
            ? name
            : throw new ArgumentException($"'{name}' is no Verilog identifier");
}
