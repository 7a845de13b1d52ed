using System.Diagnostics;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Quantization.Execution;

/// <summary>Computes one op for the tokens of a step.</summary>
internal abstract class OpExecutor
{
    /// <param name="tokens">The step's tokens.</param>
    /// <param name="position">Of the first of them.</param>
    public abstract void Run(ReadOnlySpan<int> tokens, long position);

    /// <summary>Every op of the integer model, one line each.</summary>
    public static OpExecutor Create(QuantizedOp op, InterpreterMemory memory) => op switch
    {
        QuantizedEmbedding embedding => new EmbeddingExecutor(embedding, memory),
        QuantizeRows rows => new QuantizeRowsExecutor(rows, memory),
        QuantizedRmsNorm norm => new RmsNormExecutor(norm, memory),
        QuantizedLinear linear => new LinearExecutor(linear, memory),
        QuantizedAdd add => new AddExecutor(add, memory),
        QuantizedMultiply multiply => new MultiplyExecutor(multiply, memory),
        QuantizedSlice slice => new SliceExecutor(slice, memory),
        QuantizedTable table => new TableExecutor(table, memory),
        QuantizedRope rope => new RopeExecutor(rope, memory),
        QuantizedAttention attention => new AttentionExecutor(attention, memory),
        QuantizedCausalConv conv => new CausalConvExecutor(conv, memory),
        QuantizedRgLru lru => new RgLruExecutor(lru, memory),
        QuantizedSelectiveScan scan => new SelectiveScanExecutor(scan, memory),
        _ => throw new UnreachableException($"no executor for {op.Mnemonic}"),
    };
}
