using Accel.Report.Results;

namespace Accel.Report.Tests;

/// <summary>Results whose figures are made up but fit together.</summary>
internal static class Samples
{
    private static readonly string[] _blocks = ["gated convolution", "RG-LRU", "sliding-window attention", "gated convolution", "RG-LRU", "full attention"];

    /// <summary>A result with every part.</summary>
    /// <param name="scale">Makes another run of the same shape: more cycles and bytes.</param>
    public static RunResult Full(double scale = 1)
    {
        var operators = Operators(scale).ToArray();
        var decode = Timed("decode", 1, 256, operators, scale, withTimeline: true);
        var prefill = Timed("prefill", 32, 0, operators, scale, withTimeline: false);
        return new()
        {
            Program = "0.1.0",
            Steps = [.. StepNames.All.Select(name => new StepResult(name, StepStatus.Done, $"what '{name}' came to"))],
            Model = new("sample-hybrid", "accel_hybrid", 1_004_672, "int8", (long)(1_050_000 * scale), 512, 512, [.. Layers()]),
            Hardware = new("edge", 1_000_000_000, 1024, 51_200_000_000, 1 << 20, [new("memory standard", "LPDDR5-6400, 4 channels"), new("node", "7 nm")]),
            Compile = new(512, (long)(1_331_000 * scale), [
                new("decode", 1, 256, 914, 260_000, [.. operators.Select(op => Traffic(op, 1))]),
                new("prefill", 32, 0, 934, 530_000, [.. operators.Select(op => Traffic(op, 1))]),
            ]),
            Numerics = new(
                256, 256, [new("float reference", 14.7411), new("integer interpreter", 14.7411 * (1 + (0.0004 * scale))), new("compiled program", 14.7411 * (1 + (0.0004 * scale)))],
                1.9e-4 * scale, 0.9961, 10_564_000, 0, [.. new[] { "embedding" }.Concat(_blocks.Select((_, i) => $"layers.{i}")).Append("logits").Select((name, i) => new LayerErrorResult(name, (0.0075 + (0.002 * ((i * 3) % 4))) * scale, i % 3))]),
            Timing = new("memory", "DMA channel 0 is busy for 88 % of a token; with twice the bandwidth a token would take 54 % of the time, and the array would bind", [decode, prefill]),
            Chip = new(
                "rom", 8_037_376, (long)(1_830_000 * scale),
                [.. operators.Where(op => op.Kind == "linear").Select(op => new ModuleResult(op.Name.Replace('.', '_'), "rom matrix", (long)(op.Macs * 1.6), op.Macs * 8)), new("sequencer", "control", 4_200, 0), new("attention_unit", "attention", 61_000, 0)],
                [new("keys_2", "cache", 128, 512), new("values_2", "cache", 128, 512), new("keys_5", "cache", 1024, 512), new("values_5", "cache", 1024, 512), new("hidden", "activations", 256, 32), new("rglru_state", "state", 256, 32)],
                [.. operators.Where(op => op.Macs > 0).Select(op => new ChipStepResult(op.Name, op.Kind == "linear" ? "matrices" : op.Kind, (long)(op.Macs / 64 * scale)))],
                [.. Enumerable.Range(0, 9).Select(i => new TokenCyclesResult(i * 64, (long)((21_000 + (i * 640)) * scale)))], "figures of a library"),
            Verification = new("Verilator 5.032", 256, 0, true, 40_000, 0, [new("ROMEO:", "greedy", "ROMEO:\nMethinks he made him not the sword.", "ROMEO:\nMethinks he made him not the sword.")]),
        };
    }

    /// <summary>A result of a flow that broke at its first step.</summary>
    public static RunResult Empty() => new()
    {
        Program = "0.1.0",
        Steps = [new(StepNames.Import, StepStatus.Failed, "the checkpoint is damaged"), .. StepNames.All.Skip(1).Select(name => new StepResult(name, StepStatus.NotRun, $"'{name}' needs the model"))],
    };

    private static IEnumerable<LayerResult> Layers()
    {
        yield return new("embedding", "embedding", [new("embedding", 65_536)], 0);
        for (var i = 0; i < _blocks.Length; i++)
        {
            yield return new($"layers.{i}", _blocks[i], [new("mixer", 49_000 + (i * 4_000)), new("MLP", 98_304), new("norms", 256)], i switch { 2 => 16_384, 5 => 131_072, _ => 1_024 });
        }

        yield return new("head", "head", [new("norms", 128)], 0);
    }

    private static IEnumerable<OperatorTimeResult> Operators(double scale)
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            foreach (var (name, kind, macs) in new[]
            {
                ("mixer.norm.codes", "norm_quantize_rows", 0L), ("mixer.in", "linear", 49_152), ("mixer.mix", _blocks[i].Contains("attention") ? "attention" : _blocks[i] == "RG-LRU" ? "rg_lru" : "causal_conv", 4_096),
                ("mixer.out", "linear", 16_384), ("mlp.gate", "linear", 32_768), ("mlp.gate.silu", "silu", 0), ("mlp.up", "linear", 32_768), ("mlp.product", "multiply", 0), ("mlp.down", "linear", 32_768),
            })
            {
                yield return new($"layers.{i}.{name}", kind, (long)((200 + (macs / 40)) * scale), (long)((220 + (macs / 40)) * scale), macs, macs == 0 ? 256 : (long)(macs * 1.02 * scale));
            }
        }

        yield return new("logits", "linear", (long)(1_700 * scale), (long)(1_750 * scale), 65_536, (long)(68_600 * scale));
    }

    private static OperatorTrafficResult Traffic(OperatorTimeResult op, int tokens)
    {
        var cache = op.Kind == "attention" ? op.DramBytes / 2 : 0;
        return new(op.Name, op.Kind, new((op.DramBytes - cache) * tokens, cache * tokens, op.Kind == "rg_lru" ? 512 : 0, 0, 0, op.Name == "logits" ? 1024 : 0), op.DramBytes * 97 / 100, op.Macs > 0 ? "rows are padded" : "");
    }

    private static TimedRunResult Timed(string name, long tokens, long position, OperatorTimeResult[] operators, double scale, bool withTimeline)
    {
        var cycles = operators.Sum(op => op.Cycles);
        string[] units = ["DMA 0", "DMA 1", "array 0", "vector 0"];
        var slices = new List<SliceResult>();
        foreach (var unit in units)
        {
            var at = 0L;
            foreach (var op in operators)
            {
                var isThere = unit == "vector 0" ? op.Macs < 5_000 : op.Macs > 0;
                if (isThere)
                {
                    slices.Add(new(unit, op.Name, at, at + (op.Cycles * 9 / 10)));
                }

                at += op.Cycles;
            }
        }

        return new(
            name, tokens, position, cycles, operators.Sum(op => op.Macs) * tokens, operators.Sum(op => op.DramBytes),
            [.. units.Select((unit, i) => new UnitTimeResult(unit, cycles * (88 - (i * 17)) / 100, [new("memory", cycles * 7 / 100), new("semaphore", cycles * (i * 3) / 100)], cycles - (cycles * (88 - (i * 17)) / 100) - (cycles * 7 / 100) - (cycles * (i * 3) / 100)))],
            operators,
            withTimeline
                ? new(slices, [.. Enumerable.Range(0, 80).Select(i => new BandwidthResult(cycles * i / 80, cycles * (i + 1) / 80, (long)(((cycles * (i + 1) / 80) - (cycles * i / 80)) * (38 + ((i * 7) % 12))), 20))])
                : null);
    }
}
