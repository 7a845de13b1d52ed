using Accel.Compiler.Passes;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Compiler.Emit;

/// <summary>Bytes moved against bytes needed, per operator, with the reason for the difference.</summary>
internal static class TrafficReport
{
    public static EntryPointTraffic Make(ModelPlan plan, EmitContext context, CompiledProgram program, EntryPoint entry, long position)
    {
        long tokens = entry.MaximumTokens;
        var bytes = TrafficMeter.Measure(program, entry, position, tokens);
        var classes = bytes.GetLength(1);
        var operators = plan.Ops.Select((op, i) =>
        {
            var moved = Enumerable.Range(0, classes).Select(c => bytes[i, c]).ToArray();
            var bound = LowerBound.Bytes(plan.Graph, op, context.IsResident, position, tokens);
            return new OperatorTraffic(op.Result.Name, op.Mnemonic, moved, bound, Reason(op, moved, bound), context.Tiles.GetValueOrDefault(i));
        });
        return new(entry.Name, position, tokens, context.Scratchpad.Peak, [.. operators]);
    }

    private static string Reason(Quantization.QuantizedOp op, long[] moved, long bound)
    {
        var reasons = new List<string>();
        if (moved[(int)TrafficClass.Activations] > 0)
        {
            reasons.Add("values go to memory and back between ops that are not fused");
        }

        if (moved.Sum() - moved[(int)TrafficClass.Activations] > bound)
        {
            reasons.Add(op switch
            {
                QuantizedAttention => "the run's own keys and values come back from memory; scales of values are read in both passes, and keys too where scores do not fit",
                QuantizedLinear or QuantizedEmbedding => "rows are padded to even bytes; mantissas of a row that is cut come with each part",
                _ => "constants are padded",
            });
        }

        return string.Join("; ", reasons);
    }
}
