using System.Buffers.Binary;
using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// How a matrix lies in memory: row by row, each row its packed codes and then its mantissas. Whole rows are one contiguous run, so that a
/// tile of rows is one transfer, and so is the row of an embedding table that serves as the head's matrix too.
/// </summary>
internal sealed class WeightRecord(WeightMatrix matrix, Machine machine)
{
    public CodeFormat Format { get; } = matrix.Format switch
    {
        WeightFormat.Int8 => CodeFormat.Int8,
        WeightFormat.Int4 => CodeFormat.Int4,
        WeightFormat.Int3 => CodeFormat.Int3,
        _ => CodeFormat.Ternary,
    };

    /// <summary>Bytes of a row's codes, up to an even number: mantissas are aligned.</summary>
    public long MantissaOffset => (CodeBytes(matrix.Columns) + 1) / 2 * 2;

    /// <summary>Bytes from row to row: tiles of rows cover the channels of the memory evenly.</summary>
    public long Stride => (RowBytes + RowStep - 1) / RowStep * RowStep;

    /// <summary>Rows are filled up to multiples of this.</summary>
    public long RowStep => machine.RowStep(RowBytes);

    private long RowBytes => MantissaOffset + (2L * matrix.Groups);

    public long CodeBytes(long codes) => Format.RowBytes(codes);

    public byte[] Pack()
    {
        var image = new byte[checked(Stride * matrix.Rows)];
        var bits = Format.Bits();
        var mask = (1 << bits) - 1;
        for (var row = 0; row < matrix.Rows; row++)
        {
            var record = image.AsSpan(checked((int)(row * Stride)), (int)Stride);
            var codes = matrix.Data.Codes.AsSpan(row * matrix.Columns, matrix.Columns);
            for (var i = 0; i < codes.Length; i++)
            {
                var (place, shift) = (i * bits / 8, i * bits % 8);
                var code = (codes[i] & mask) << shift;
                record[place] |= (byte)code;
                if (shift + bits > 8)
                {
                    record[place + 1] |= (byte)(code >> 8);
                }
            }

            for (var g = 0; g < matrix.Groups; g++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(record[(int)(MantissaOffset + (2 * g))..], matrix.Data.Mantissas[(row * matrix.Groups) + g]);
            }
        }

        return image;
    }
}
