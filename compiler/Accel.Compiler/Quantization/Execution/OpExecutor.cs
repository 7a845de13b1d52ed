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
    private static readonly Dictionary<Type, Func<QuantizedOp, InterpreterMemory, OpExecutor>> _all = new()
    {
        [typeof(QuantizedEmbedding)] = (op, memory) => new EmbeddingExecutor((QuantizedEmbedding)op, memory),
        [typeof(QuantizeRows)] = (op, memory) => new QuantizeRowsExecutor((QuantizeRows)op, memory),
        [typeof(QuantizedRmsNorm)] = (op, memory) => new RmsNormExecutor((QuantizedRmsNorm)op, memory),
        [typeof(QuantizedLinear)] = (op, memory) => new LinearExecutor((QuantizedLinear)op, memory),
        [typeof(QuantizedAdd)] = (op, memory) => new AddExecutor((QuantizedAdd)op, memory),
        [typeof(QuantizedMultiply)] = (op, memory) => new MultiplyExecutor((QuantizedMultiply)op, memory),
        [typeof(QuantizedSlice)] = (op, memory) => new SliceExecutor((QuantizedSlice)op, memory),
        [typeof(QuantizedTable)] = (op, memory) => new TableExecutor((QuantizedTable)op, memory),
        [typeof(QuantizedRope)] = (op, memory) => new RopeExecutor((QuantizedRope)op, memory),
        [typeof(QuantizedAttention)] = (op, memory) => new AttentionExecutor((QuantizedAttention)op, memory),
        [typeof(QuantizedCausalConv)] = (op, memory) => new CausalConvExecutor((QuantizedCausalConv)op, memory),
        [typeof(QuantizedRgLru)] = (op, memory) => new RgLruExecutor((QuantizedRgLru)op, memory),
        [typeof(QuantizedSelectiveScan)] = (op, memory) => new SelectiveScanExecutor((QuantizedSelectiveScan)op, memory),
    };

    public static bool Has(Type op) => _all.ContainsKey(op);

    public static OpExecutor Create(QuantizedOp op, InterpreterMemory memory) => _all.TryGetValue(op.GetType(), out var create)
        ? create(op, memory)
        : throw new UnreachableException($"{op.Mnemonic}: no executor");
}
