using System.Globalization;
using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis;

/// <summary>
/// Rules for Yosys by which products, sums and adder modules become full adders of a library. Left to itself it builds signed products of
/// sign-extended rows, carries of look-ahead trees, and adders of single gates: about twice the area in the lanes of a chip.
/// </summary>
internal static class ArithmeticMapping
{
    public const string ProductsName = "products.v";

    public const string SumsName = "sums.v";

    public const string CellsName = "adders.v";

    /// <summary>Sums of this many bits and fewer ripple: a lane's. Wider ones, of which a chip has few, look ahead.</summary>
    private const int WidestRipple = 36;

    /// <summary>Narrower sums are counters; gates do as well.</summary>
    private const int NarrowestRipple = 4;

    /// <summary>
    /// A signed product as a sum of unsigned rows: rows of the narrower operand's bits, the bits of negative weight inverted, and one constant that makes up for
    /// it (Baugh and Wooley, IEEE Trans. Computers C-22, 1973). The rows go to one carry-save tree.
    /// </summary>
    public const string Products = """
        (* techmap_celltype = "$mul" *)
        module baugh_wooley (A, B, Y);
            parameter A_SIGNED = 0;
            parameter B_SIGNED = 0;
            parameter A_WIDTH = 1;
            parameter B_WIDTH = 1;
            parameter Y_WIDTH = 1;
            (* force_downto *) input [A_WIDTH-1:0] A;
            (* force_downto *) input [B_WIDTH-1:0] B;
            (* force_downto *) output [Y_WIDTH-1:0] Y;
            wire _TECHMAP_FAIL_ = A_SIGNED != B_SIGNED;
            localparam SWAP = A_WIDTH < B_WIDTH;
            localparam M = SWAP ? B_WIDTH : A_WIDTH;
            localparam N = SWAP ? A_WIDTH : B_WIDTH;
            wire [M-1:0] wide = SWAP ? B : A;
            wire [N-1:0] narrow = SWAP ? A : B;
            localparam [Y_WIDTH+M+N:0] ONE = 1;
            localparam [Y_WIDTH-1:0] MENDED = A_SIGNED ? (ONE << (M-1)) + (ONE << (N-1)) - (ONE << (M+N-1)) : 0;
            wire [Y_WIDTH*(N+1)-1:0] sums;
            assign sums[Y_WIDTH-1:0] = MENDED;
            genvar i;
            generate for (i = 0; i < N; i = i + 1) begin : rows
                wire [M-1:0] inverted = A_SIGNED ? (i == N-1 ? ~(ONE << (M-1)) : ONE << (M-1)) : 0;
                wire [M-1:0] row = ({M{narrow[i]}} & wide) ^ inverted;
                wire [Y_WIDTH-1:0] placed = {row, {i{1'b0}}};
                assign sums[Y_WIDTH*(i+2)-1 -: Y_WIDTH] = sums[Y_WIDTH*(i+1)-1 -: Y_WIDTH] + placed;
            end endgenerate
            assign Y = sums[Y_WIDTH*(N+1)-1 -: Y_WIDTH];
        endmodule

        """;

    /// <summary>Carry-save and ripple-carry adders of single full adders.</summary>
    public static readonly string Sums = string.Create(CultureInfo.InvariantCulture, $$$"""
        (* techmap_celltype = "$fa" *)
        module carry_save (A, B, C, X, Y);
            parameter WIDTH = 1;
            (* force_downto *) input [WIDTH-1:0] A, B, C;
            (* force_downto *) output [WIDTH-1:0] X, Y;
            genvar i;
            generate for (i = 0; i < WIDTH; i = i + 1) begin : slice
                \$__full_adder adder (.A(A[i]), .B(B[i]), .C(C[i]), .CARRY(X[i]), .SUM(Y[i]));
            end endgenerate
        endmodule

        (* techmap_celltype = "$alu" *)
        module ripple_carry (A, B, CI, BI, X, Y, CO);
            parameter A_SIGNED = 0;
            parameter B_SIGNED = 0;
            parameter A_WIDTH = 1;
            parameter B_WIDTH = 1;
            parameter Y_WIDTH = 1;
            parameter _TECHMAP_CONSTMSK_A_ = 0;
            parameter _TECHMAP_CONSTMSK_B_ = 0;
            (* force_downto *) input [A_WIDTH-1:0] A;
            (* force_downto *) input [B_WIDTH-1:0] B;
            input CI, BI;
            (* force_downto *) output [Y_WIDTH-1:0] X, Y, CO;
            wire _TECHMAP_FAIL_ = Y_WIDTH > {{{WidestRipple}}} || Y_WIDTH < {{{NarrowestRipple}}} || &_TECHMAP_CONSTMSK_A_[A_WIDTH-1:0] || &_TECHMAP_CONSTMSK_B_[B_WIDTH-1:0];
            (* force_downto *) wire [Y_WIDTH-1:0] a, extended;
            \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
            \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(extended));
            wire [Y_WIDTH-1:0] b = extended ^ {Y_WIDTH{BI}};
            assign X = a ^ b;
            wire [Y_WIDTH:0] carry = {CO, CI};
            genvar i;
            generate for (i = 0; i < Y_WIDTH; i = i + 1) begin : slice
                \$__full_adder adder (.A(a[i]), .B(b[i]), .C(carry[i]), .CARRY(CO[i]), .SUM(Y[i]));
            end endgenerate
        endmodule

        """);

    /// <summary>Adders as cells of a library; as gates where an input is constant or the library has no such cell.</summary>
    public static string Cells(LibertyLibrary library)
    {
        var full = library.Find(3, Sum, Majority);
        var half = library.Find(2, Sum, Both);
        var fullCell = full is null ? "assign SUM = A ^ B ^ C;\n        assign CARRY = (A & B) | (C & (A ^ B));" : Instance(full, Majority, ["A", "B", "C"], "SUM", "CARRY");
        var halfCell = half is null ? "assign SUM = A ^ B;\n        assign CARRY = A & B;" : Instance(half, Both, ["A", "B"], "SUM", "CARRY");
        return $$"""
            (* techmap_celltype = "full_adder" *)
            module full_adder_module (a, b, c, sum, carry);
                input a, b, c;
                output sum, carry;
                \$__full_adder adder (.A(a), .B(b), .C(c), .CARRY(carry), .SUM(sum));
            endmodule

            (* techmap_celltype = "half_adder" *)
            module half_adder_module (a, b, sum, carry);
                input a, b;
                output sum, carry;
                \$__half_adder adder (.A(a), .B(b), .CARRY(carry), .SUM(sum));
            endmodule

            (* techmap_celltype = "\$__full_adder" *)
            module full_adder_cell (A, B, C, CARRY, SUM);
                parameter _TECHMAP_CONSTMSK_A_ = 0;
                parameter _TECHMAP_CONSTMSK_B_ = 0;
                parameter _TECHMAP_CONSTMSK_C_ = 0;
                input A, B, C;
                output CARRY, SUM;
                generate if (_TECHMAP_CONSTMSK_A_ || _TECHMAP_CONSTMSK_B_ || _TECHMAP_CONSTMSK_C_) begin
                    assign SUM = A ^ B ^ C;
                    assign CARRY = (A & B) | (C & (A | B));
                end else begin
                    {{fullCell}}
                end endgenerate
            endmodule

            (* techmap_celltype = "\$__half_adder" *)
            module half_adder_cell (A, B, CARRY, SUM);
                input A, B;
                output CARRY, SUM;
                {{halfCell}}
            endmodule

            """;
    }

    private static ulong Sum(ulong a, ulong b, ulong c) => a ^ b ^ c;

    private static ulong Majority(ulong a, ulong b, ulong c) => (a & b) | (c & (a | b));

    private static ulong Both(ulong a, ulong b, ulong c) => a & b;

    private static string Instance(LibertyCell cell, Func<ulong, ulong, ulong, ulong> carry, string[] inputs, string sumName, string carryName)
    {
        var pins = cell.Inputs.Select((pin, i) => $".{pin.Name}({inputs[i]})")
            .Append($".{LibertyLibrary.Output(cell, carry)!.Name}({carryName})")
            .Append($".{LibertyLibrary.Output(cell, Sum)!.Name}({sumName})");
        return $"\\{cell.Name} cell_ ({string.Join(", ", pins)});";
    }
}
