using System.Buffers.Binary;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Core.Diagnostics;
using Accel.Graph.Ops;
using Accel.Isa;

namespace Accel.Compiler.Emit;

/// <summary>Places everything that lives in memory, one segment behind the other, each made once.</summary>
/// <param name="isStriped">Whether constants are fetched in whole stripes.</param>
internal sealed class DramLayout(string model, Machine machine, bool hasWeights, int sequences, bool isStriped)
{
    /// <summary>What is fetched of a constant comes in multiples of so many bytes.</summary>
    public long Unit { get; } = isStriped ? machine.Stripe : 1;

    /// <summary>Segments start at the memory's first channel, and at multiples of a burst of any memory.</summary>
    private long Alignment { get; } = Math.Max(256, machine.Stripe);

    private readonly List<Segment> _segments = [];
    private readonly Dictionary<object, Segment> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Segment> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<TableKey, Segment> _tables = [];
    private readonly Dictionary<Rope, Segment> _rotations = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private long _end;

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Bytes of all segments with the gaps between them.</summary>
    public long End => _end;

    /// <exception cref="InputException">More than the machine's memory.</exception>
    public void Verify(long capacity)
    {
        if (_end > capacity)
        {
            throw new InputException(machine.Name, "memory.capacity", $"at least {_end} bytes for {model}", $"{capacity}");
        }
    }

    /// <summary>Bytes that are fetched for so many.</summary>
    public long Fetched(long bytes) => checked((bytes + Unit - 1) / Unit * Unit);

    /// <summary>The next segment begins at a multiple of so many bytes; 0 leaves it where it is.</summary>
    public void Align(long bytes) => _end = bytes > 0 ? checked((_end + bytes - 1) / bytes * bytes) : _end;

    /// <param name="isTable">Whether rows are fetched of it too.</param>
    public Segment Matrix(WeightMatrix matrix, PanelLayout layout, bool isTable = false) =>
        Once(matrix, () => Add(matrix.Name, SegmentKind.Weights, layout.Bytes + (isTable ? Unit - 1 : 0), hasWeights ? layout.Pack() : default));

    /// <summary>Mantissas of a matrix that lie apart.</summary>
    public Segment Mantissas(WeightMatrix matrix, PanelLayout layout) =>
        Once(layout, () => AddStripes($"{matrix.Name}.mantissas", layout.MantissaBytes, hasWeights ? layout.PackMantissas() : default));

    public Segment Vector(ConstantVector vector) => Once(vector, () => AddStripes(
        vector.Name, (long)vector.Length * vector.Bits / 8, vector.HasValues ? Pack(vector.Values, vector.Bits / 8) : default));

    /// <summary>Samples as 32-bit integers. Tables of equal samples are one.</summary>
    public Segment Table(LookupTable table, string function)
    {
        var key = new TableKey(table.Low, table.SegmentShift, table.Fraction, function, table.Segments);
        if (_tables.TryGetValue(key, out var known) && (!hasWeights || known.Image.Span.StartsWith(Pack(table.Entries, 4).Span)))
        {
            return known;
        }

        var segment = AddStripes($"table.{function}.{_tables.Count}", 4L * table.Entries.Length, hasWeights ? Pack(table.Entries, 4) : default);
        _tables[key] = segment;
        return segment;
    }

    /// <summary>Per position the cosines, then the sines of all pairs, 16 bits each.</summary>
    public Segment Rotation(QuantizedRope rope, int positions)
    {
        var key = rope.Rotation;
        if (!_rotations.TryGetValue(key, out var segment))
        {
            var pairs = rope.Rotation.Frequencies.Length;
            segment = AddStripes($"rotation.{_rotations.Count}", 4L * pairs * positions, hasWeights ? PackRotation(rope, positions) : default);
            _rotations.Add(key, segment);
        }

        return segment;
    }

    /// <summary>A state: one part per sequence.</summary>
    public Segment State(string name, SegmentKind kind, long stride) =>
        Named(name, () => Add(name, kind, stride * sequences, default) with { SequenceStride = stride });

    /// <summary>A segment for activations, input or output; who asks for a name again asks for the same length.</summary>
    public Segment Buffer(string name, SegmentKind kind, long bytes) => Named(name, () => Add(name, kind, bytes, default));

    private Segment Once(object item, Func<Segment> make)
    {
        if (!_known.TryGetValue(item, out var segment))
        {
            _known.Add(item, segment = make());
        }

        return segment;
    }

    private Segment Named(string name, Func<Segment> make)
    {
        if (!_named.TryGetValue(name, out var segment))
        {
            segment = make();
            _segments[^1] = segment;
            _named.Add(name, segment);
        }

        return segment;
    }

    /// <summary>A constant that is fetched in whole stripes, so that every channel of the memory has the same to do: what is left of the last one is zero.</summary>
    private Segment AddStripes(string name, long bytes, ReadOnlyMemory<byte> image) => Add(name, SegmentKind.Weights, Fetched(bytes), image);

    private Segment Add(string name, SegmentKind kind, long bytes, ReadOnlyMemory<byte> image)
    {
        var unique = name;
        for (var i = 2; !_names.Add(unique); i++)
        {
            unique = $"{name}.{i}";
        }

        var segment = new Segment(unique, kind, _end, bytes) { Image = image };
        _segments.Add(segment);
        _end = checked((segment.End + Alignment - 1) / Alignment * Alignment);
        return segment;
    }

    private static ReadOnlyMemory<byte> Pack(int[] values, int size)
    {
        var bytes = new byte[(long)values.Length * size];
        for (var i = 0; i < values.Length; i++)
        {
            var place = bytes.AsSpan(i * size);
            if (size == 2)
            {
                BinaryPrimitives.WriteInt16LittleEndian(place, checked((short)values[i]));
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(place, values[i]);
            }
        }

        return bytes;
    }

    private static ReadOnlyMemory<byte> PackRotation(QuantizedRope rope, int positions)
    {
        var pairs = rope.Rotation.Frequencies.Length;
        var (cosines, sines) = (new int[pairs], new int[pairs]);
        var bytes = new byte[4L * pairs * positions];
        for (var position = 0; position < positions; position++)
        {
            rope.FillRom(position, cosines, sines);
            Pack([.. cosines, .. sines], 2).Span.CopyTo(bytes.AsSpan(position * 4 * pairs));
        }

        return bytes;
    }

    private readonly record struct TableKey(int Low, int SegmentShift, int Fraction, string Function, int Segments);
}
