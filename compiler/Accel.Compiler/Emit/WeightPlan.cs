using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;

namespace Accel.Compiler.Emit;

/// <summary>
/// How every matrix lies in memory, and how each entry point's products with it are cut. Both are one decision: a layout serves all entry
/// points, and is the order in which they read it.
/// </summary>
internal sealed class WeightPlan
{
    /// <summary>Mantissas that are one a row lie in a vector of their own where it takes no more than one part in so many of the scratchpad.</summary>
    private const int VectorShare = 64;

    private readonly Machine _machine;
    private readonly int[] _tokens;
    private readonly long _slotBytes;
    private readonly HashSet<WeightMatrix> _tables;
    private readonly Dictionary<MatMulShape, MatMulTile[]> _cuts = [];
    private readonly Dictionary<WeightMatrix, (PanelLayout Layout, MatMulTile[] Tiles)> _all = new(ReferenceEqualityComparer.Instance);

    /// <param name="tokens">Most tokens of a run, by entry point.</param>
    /// <param name="slotBytes">Scratchpad that a tile may take.</param>
    /// <exception cref="CapacityException">Some tile does not fit.</exception>
    public WeightPlan(ModelPlan plan, Machine machine, int[] tokens, long slotBytes)
    {
        (_machine, _tokens, _slotBytes) = (machine, tokens, slotBytes);
        _tables = [.. plan.Ops.OfType<QuantizedEmbedding>().Select(op => op.Table)];
        foreach (var linear in plan.Ops.OfType<QuantizedLinear>())
        {
            Add(linear.Weight, linear.Blocks, linear.Input.CodeBits / 8);
        }

        var largest = 1L;
        foreach (var (layout, tiles) in _all.Values)
        {
            foreach (var tile in tiles)
            {
                largest = Math.Max(largest, layout.TileBytes(tile.Outputs, tile.Depth));
            }
        }

        SlotBytes = (largest + LinearScanAllocator.Alignment - 1) / LinearScanAllocator.Alignment * LinearScanAllocator.Alignment;
        foreach (var table in _tables.Where(table => !_all.ContainsKey(table)))
        {
            // Nobody multiplies by it: rows stay whole.
            _all.Add(table, (new(table, ShapeOf(table, 1), 1, new(1, table.Columns, 1, default, 0), machine.Arrays), []));
        }
    }

    /// <summary>Bytes of a slot that holds the largest tile.</summary>
    public long SlotBytes { get; }

    public PanelLayout LayoutOf(WeightMatrix matrix) => _all[matrix].Layout;

    /// <param name="tokens">Most tokens of a run of the entry point.</param>
    public MatMulTile TileOf(WeightMatrix matrix, int tokens) => _all[matrix].Tiles[Array.IndexOf(_tokens, tokens)];

    /// <summary>Bytes of some matrices, each counted once.</summary>
    public long BytesOf(IEnumerable<WeightMatrix> matrices)
    {
        var bytes = 0L;
        foreach (WeightMatrix matrix in matrices.ToHashSet<object>(ReferenceEqualityComparer.Instance))
        {
            bytes += LayoutOf(matrix).Bytes;
        }

        return bytes;
    }

    private void Add(WeightMatrix matrix, int blocks, int activationBytes)
    {
        if (_all.ContainsKey(matrix))
        {
            return;
        }

        var shape = ShapeOf(matrix, blocks) with { ActivationBytes = activationBytes };
        if (!_cuts.TryGetValue(shape, out var tiles))
        {
            _cuts.Add(shape, tiles = TileSearch.Find(_machine, shape, _tokens, _slotBytes));
        }

        _all.Add(matrix, (new(matrix, shape, blocks, tiles[0], _machine.Arrays), tiles));
    }

    private MatMulShape ShapeOf(WeightMatrix matrix, int blocks)
    {
        var isTable = _tables.Contains(matrix);
        return new(matrix.Rows / blocks, matrix.Columns, matrix.GroupSize, matrix.CodeBits)
        {
            Stripe = _machine.Stripe,
            IsTable = isTable,
            MantissasApart = !isTable && matrix.Groups == 1 && 2L * matrix.Rows <= _machine.Shape.ScratchpadBytes / VectorShare,
        };
    }
}
