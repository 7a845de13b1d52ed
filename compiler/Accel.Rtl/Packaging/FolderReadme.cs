using System.Globalization;

namespace Accel.Rtl.Packaging;

/// <summary>The README of a chip's folder.</summary>
internal static class FolderReadme
{
    public static string Print(ChipReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # {report.Model.Name} as a chip

        A complete decoder in plain Verilog-2001: tokens go in, tokens come out. The weights ({report.Weights:N0} of them, {report.Model.Weights}) are constants in the
        logic; there is no port to load others. Generated; change the model or the options and emit again.

        | | |
        |---|---|
        | top module | `{report.Top}` |
        | vocabulary | {report.VocabularySize:N0} tokens |
        | context | {report.ContextLength:N0} positions |
        | multiply-accumulate lanes | {report.Lanes} |
        | cycles per prompt token | {report.PromptCycles.First:N0} at position 0, {report.PromptCycles.Last:N0} at the last |
        | cycles per generated token | {report.GenerationCycles.First:N0} at position 0, {report.GenerationCycles.Last:N0} at the last; {report.DrawCycles:N0} more if drawn by temperature |
        | memories that are written | {report.Area.MemoryBits:N0} bits, of which {report.Memories.Where(m => m.IsPersistent).Sum(m => (long)m.Words * m.Bits):N0} carry a sequence on |
        | weights as logic, estimated | {report.Area.MatrixGates:N0} gate equivalents |
        | styles of matrices | {string.Join(", ", report.Matrices.GroupBy(m => m.Style).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"))} |

        ## Files

        | file | what it holds |
        |---|---|
        | `rtl/` | one file per module |
        {(report.Files.Any(file => file.Use != FileUse.Both) ? "| `sim/`, `syn/` | modules of which simulation and synthesis want different text: products that multiply, and the adders that do the same in the same cycles |\n" : "")}        | `bench/bench.cpp`, `bench/bench.v` | benches for Verilator and for Icarus Verilog |
        | `vectors.txt` | {report.Tests.Runs} runs: prompts, settings, the tokens and cycles that must come |
        | `Makefile` | `make check`, `make icarus`, `make lint`, `make synth` |
        | `{report.Top}.core` | FuseSoC |
        | `synth.ys`, `constraints.sdc` | Yosys, timing |
        | `{ChipReport.FileName}` | all of this for programs: steps with their cycles, memories, files |

        ## Ports

        | port | bits | direction | meaning |
        |---|---|---|---|
        | `clk`, `rst_n` | 1 | in | rising edge; synchronous reset, low |
        | `s_axis_tdata`, `_tvalid`, `_tlast`, `_tready` | 16, 1, 1, 1 | in (`tready` out) | prompt, one token a transfer; `tlast` on the last |
        | `m_axis_tdata`, `_tvalid`, `_tlast`, `_tready` | 16, 1, 1, 1 | out (`tready` in) | tokens drawn; `tlast` on the last |
        | `token_limit` | 16 | in | tokens to draw, at least 1 |
        | `stop_enable`, `stop_token` | 1, 16 | in | a token that ends the text |
        | `inverse_temperature` | 16 | in | `round(2^12 log2(e) / temperature)`; 0 takes the greatest logit |
        | `seed` | 64 | in | state of the generator, taken with the first token of a prompt |
        | `busy`, `position` | 1, 16 | out | a sequence is under way; tokens of it consumed |
        | `computing` | 1 | out | high in every cycle that `cycles` counts |
        | `token_done`, `cycles` | 1, 32 | out | high for a cycle when a token has been consumed; the cycles it took, waiting left out |
        {(report.HasProbe ? "| `probe_valid`, `probe_step`, `probe_index`, `probe_data` | 1, 16, 16, 32 | out | every element of every value of the model as it is written |\n" : "")}
        ## Memories

        Each stands in a module of its own with one write port and synchronous reads; put a macro in its place.

        | module | words x bits | read ports | holds |
        |---|---|---|---|
        {string.Join('\n', report.Memories.Select(m => $"| `{m.Module}` | {m.Words} x {m.Bits} | {m.ReadPorts} | {m.Purpose}{(m.IsPersistent ? ", from token to token" : "")} |"))}

        ## Known limits

        - One sequence at a time. What is behind the context's end is not computed.
        - The area is a guess until `make synth` has counted; timing was not closed for any process.
        - Registers without a reset hold anything until they are written; nothing that is seen depends on them (the benches start them at random).

        """);
}
