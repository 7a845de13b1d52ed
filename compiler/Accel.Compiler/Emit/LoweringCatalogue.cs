using System.Diagnostics;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Emit;

/// <summary>Every op of the integer model and the file that turns it into commands.</summary>
internal static class LoweringCatalogue
{
    public static void Emit(EmitContext context, QuantizedOp op)
    {
        switch (op)
        {
            case QuantizedEmbedding embedding: EmbeddingLowering.Emit(context, embedding); break;
            case QuantizeRows rows: RowsLowering.Emit(context, rows); break;
            case QuantizedRmsNorm norm: RmsNormLowering.Emit(context, norm); break;
            case QuantizedLinear linear: LinearLowering.Emit(context, linear); break;
            case QuantizedAdd add: AddLowering.Emit(context, add); break;
            case QuantizedMultiply multiply: MultiplyLowering.Emit(context, multiply); break;
            case QuantizedSlice slice: SliceLowering.Emit(context, slice); break;
            case QuantizedTable table: TableLowering.Emit(context, table); break;
            case QuantizedRope rope: RopeLowering.Emit(context, rope); break;
            case QuantizedAttention attention: AttentionLowering.Emit(context, attention); break;
            case QuantizedCausalConv conv: CausalConvLowering.Emit(context, conv); break;
            case QuantizedRgLru lru: RgLruLowering.Emit(context, lru); break;
            case QuantizedSelectiveScan scan: SelectiveScanLowering.Emit(context, scan); break;
            default: throw new UnreachableException($"{op.Mnemonic}: no lowering");
        }
    }
}
