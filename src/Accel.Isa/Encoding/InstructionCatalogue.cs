using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Every instruction with its number and fields; the one list from which encoder, decoder, disassembler and assembler work.</summary>
internal static class InstructionCatalogue
{
    /// <summary>Numbers never change their meaning; new ones follow, and the format's version counts up when fields change.</summary>
    public static IReadOnlyList<InstructionFields> All { get; } =
    [
        InstructionFields.Of<Set>(
            1, "set",
            (w, i) =>
            {
                w.Register("to", i.Target);
                w.Word("function", i.Function);
                w.Value("left", i.Left);
                w.Value("right", i.Right);
            },
            r => new(r.Register("to"), r.Word<SetFunction>("function"), r.Value("left"), r.Value("right"))),
        InstructionFields.Of<Loop>(
            2, "loop",
            (w, i) =>
            {
                w.Register("counter", i.Counter);
                w.Value("count", i.Count);
            },
            r => new(r.Register("counter"), r.Value("count"))),
        InstructionFields.Of<EndLoop>(3, "end", (_, _) => { }, _ => new()),
        InstructionFields.Of<Fence>(4, "fence", (_, _) => { }, _ => new()),
        InstructionFields.OfCommand<Synchronize>(5, "sync", (w, c) => w.Unit("on", c.On), r => new(r.Unit("on"))),
        InstructionFields.OfCommand<Tap>(
            6, "tap",
            (w, c) =>
            {
                w.Unit("on", c.On);
                w.Number("value", c.Value);
                w.View("source", c.Source);
                w.Value("token", c.FirstToken);
                w.Value("element", c.FirstElement);
            },
            r => new(r.Unit("on"), r.Integer("value", 0), r.View("source"), r.Value("token"), r.Value("element"))),
        InstructionFields.OfCommand<Load>(
            16, "load",
            (w, c) =>
            {
                w.Number("channel", c.Channel);
                w.Word("class", c.Traffic);
                w.Value("dram", c.Dram);
                w.Value("pad", c.Scratchpad);
                w.Box(c.Box);
            },
            r =>
            {
                var channel = r.Integer("channel", 0);
                return new(r.Word<TrafficClass>("class"), r.Value("dram"), r.Value("pad"), r.Box()) { Channel = channel };
            }),
        InstructionFields.OfCommand<Store>(
            17, "store",
            (w, c) =>
            {
                w.Number("channel", c.Channel);
                w.Word("class", c.Traffic);
                w.Value("dram", c.Dram);
                w.Value("pad", c.Scratchpad);
                w.Box(c.Box);
            },
            r =>
            {
                var channel = r.Integer("channel", 0);
                return new(r.Word<TrafficClass>("class"), r.Value("dram"), r.Value("pad"), r.Box()) { Channel = channel };
            }),
        InstructionFields.OfCommand<Gather>(
            18, "gather",
            (w, c) =>
            {
                w.Number("channel", c.Channel);
                w.Word("class", c.Traffic);
                w.Value("dram", c.Dram);
                w.Number("entries", c.Entries);
                w.Number("row-bytes", c.RowBytes);
                w.Number("dram-stride", c.DramStride);
                w.View("indices", c.Indices);
                w.Value("pad", c.Scratchpad);
                w.Number("pad-stride", c.ScratchpadStride);
            },
            r =>
            {
                var channel = r.Integer("channel", 0);
                return new(
                    r.Word<TrafficClass>("class"), r.Value("dram"), r.Number("entries", 1, 1L << 40), r.Number("row-bytes", 1, 1L << 40),
                    r.Stride("dram-stride"), r.View("indices"), r.Value("pad"), r.Stride("pad-stride")) { Channel = channel };
            }),
        InstructionFields.OfCommand<MatMul>(
            32, "matmul",
            (w, c) =>
            {
                w.Number("array", c.Array);
                w.Word("dataflow", c.Dataflow);
                w.Number("fold", c.Fold);
                w.View("activations", c.Activations);
                w.Codes("weights", c.Weights);
                w.Value("outputs", c.Outputs);
                w.Mantissas("mantissas", c.Mantissas);
                w.Value("sums", c.Accumulator);
                w.Number("sums-stride", c.AccumulatorStride);
                w.Flag("accumulate", c.Accumulate);
            },
            r =>
            {
                var (array, dataflow, fold) = (r.Integer("array", 0), r.Word<Dataflow>("dataflow"), r.Integer("fold", 1));
                return new(
                    r.View("activations"), r.Codes("weights"), r.Value("outputs"), r.Mantissas("mantissas"), r.Value("sums"), r.Stride("sums-stride"),
                    r.Flag("accumulate")) { Array = array, Dataflow = dataflow, Fold = fold };
            }),
        InstructionFields.OfCommand<Drain>(
            33, "drain",
            (w, c) =>
            {
                w.Number("array", c.Array);
                w.Value("sums", c.Accumulator);
                w.Number("sums-stride", c.AccumulatorStride);
                w.View("to", c.Destination);
                w.OptionalView("scale", c.Scale);
                w.OptionalView("bias", c.Bias);
                w.Number("sum-shift", c.SumShift);
                w.Number("shift", c.OutputShift);
                w.Number("limit", c.Limit);
            },
            r =>
            {
                var array = r.Integer("array", 0);
                return new(
                    r.Value("sums"), r.Stride("sums-stride"), r.View("to"), r.OptionalView("scale"), r.OptionalView("bias"), r.Shift("sum-shift"),
                    r.Shift("shift"), r.Number("limit", 0)) { Array = array };
            }),
        .. VectorFields.All,
    ];

    private static readonly Dictionary<Type, InstructionFields> _byType = All.ToDictionary(entry => entry.Type);
    private static readonly Dictionary<byte, InstructionFields> _byCode = All.ToDictionary(entry => entry.Code);
    private static readonly Dictionary<string, InstructionFields> _byMnemonic = All.ToDictionary(entry => entry.Mnemonic);

    public static InstructionFields Of(Instruction instruction) => _byType[instruction.GetType()];

    public static InstructionFields? WithCode(byte code) => _byCode.GetValueOrDefault(code);

    public static InstructionFields? WithMnemonic(string mnemonic) => _byMnemonic.GetValueOrDefault(mnemonic);
}
