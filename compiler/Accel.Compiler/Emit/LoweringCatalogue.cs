using System.Diagnostics;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Emit;

/// <summary>Every op of the integer model and the file that turns it into commands.</summary>
internal static class LoweringCatalogue
{
    private static readonly Dictionary<Type, Action<EmitContext, QuantizedOp>> _all = new()
    {
        [typeof(QuantizedEmbedding)] = (context, op) => EmbeddingLowering.Emit(context, (QuantizedEmbedding)op),
        [typeof(QuantizeRows)] = (context, op) => RowsLowering.Emit(context, (QuantizeRows)op),
        [typeof(QuantizedRmsNorm)] = (context, op) => RmsNormLowering.Emit(context, (QuantizedRmsNorm)op),
        [typeof(QuantizedLinear)] = (context, op) => LinearLowering.Emit(context, (QuantizedLinear)op),
        [typeof(QuantizedAdd)] = (context, op) => AddLowering.Emit(context, (QuantizedAdd)op),
        [typeof(QuantizedMultiply)] = (context, op) => MultiplyLowering.Emit(context, (QuantizedMultiply)op),
        [typeof(QuantizedSlice)] = (context, op) => SliceLowering.Emit(context, (QuantizedSlice)op),
        [typeof(QuantizedTable)] = (context, op) => TableLowering.Emit(context, (QuantizedTable)op),
        [typeof(QuantizedRope)] = (context, op) => RopeLowering.Emit(context, (QuantizedRope)op),
        [typeof(QuantizedAttention)] = (context, op) => AttentionLowering.Emit(context, (QuantizedAttention)op),
        [typeof(QuantizedCausalConv)] = (context, op) => CausalConvLowering.Emit(context, (QuantizedCausalConv)op),
        [typeof(QuantizedRgLru)] = (context, op) => RgLruLowering.Emit(context, (QuantizedRgLru)op),
        [typeof(QuantizedSelectiveScan)] = (context, op) => SelectiveScanLowering.Emit(context, (QuantizedSelectiveScan)op),
    };

    public static bool Has(Type op) => _all.ContainsKey(op);

    public static void Emit(EmitContext context, QuantizedOp op)
    {
        if (!_all.TryGetValue(op.GetType(), out var emit))
        {
            throw new UnreachableException($"{op.Mnemonic}: no lowering");
        }

        emit(context, op);
    }
}
