using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Attention: the run's keys and values join the caches; then for each key head two passes over tiles of keys, the first for the
/// maxima, the second for the sums. Tiles of keys, values, scores and weights go through double buffers, so that transfers, products and
/// vector work of neighbouring tiles overlap. Scores of all keys stay in the scratchpad if they fit; else the second pass computes them anew.
/// </summary>
internal sealed class AttentionLowering
{
    private const int GreatestTile = 512;

    private static readonly UnitId _array = new(UnitKind.Array, 0);

    private readonly EmitContext _context;
    private readonly CommandStream _stream;
    private readonly QuantizedAttention _op;
    private readonly AttentionCache _keys;
    private readonly AttentionCache _values;
    private readonly int _group;
    private readonly int _tile;
    private readonly bool _keepsScores;
    private readonly bool _needsMask;
    private readonly AttentionRows _rows;
    private readonly Block _queryCodes;
    private readonly Block _queryScales;
    private readonly Block _scores;
    private readonly Block _wide;
    private readonly Block _probabilities;
    private readonly Block _visibleScales;
    private readonly Block _sums;
    private readonly Register _keyCount;
    private readonly Register _tileCount;
    private readonly Register _columns;
    private DoubleBuffer _keyTiles = null!;
    private DoubleBuffer _valueTiles = null!;
    private DoubleBuffer _scaleTiles = null!;
    private DoubleBuffer _scoreTiles = null!;
    private DoubleBuffer _weightTiles = null!;

    private AttentionLowering(EmitContext context, QuantizedAttention op)
    {
        (_context, _stream, _op) = (context, context.Stream, op);
        (_keys, _values) = (new(context, op.Keys, op.Window), new(context, op.Values, op.Window));
        _group = op.Heads / op.KeyHeads;
        _needsMask = context.MostTokens > 1 || op.Window > 0;
        var rows = (long)context.MostTokens * _group;
        _keepsScores = !context.Plan.KeepsScores || rows * _keys.Slots * 4 <= context.Machine.Shape.ScratchpadBytes / 8;
        _tile = ChooseTile(rows);
        _rows = new(context, op, _group);
        var queryBytes = op.QueryBits / 8;
        _queryCodes = context.Temporary((long)context.MostTokens * op.Query.Width * queryBytes);
        _queryScales = context.Temporary(4L * context.MostTokens * op.Heads);
        _scores = context.Temporary(4 * rows * (_keepsScores ? _keys.Slots : DoubleBuffer.Slots * _tile));
        _wide = context.Temporary(8 * rows * _tile);
        _probabilities = context.Temporary(2 * rows * _tile);
        _visibleScales = context.Temporary(4 * rows * _tile);
        _sums = context.Temporary(8 * rows * op.ValueWidth);
        (_keyCount, _tileCount, _columns) = (_stream.NewRegister(), _stream.NewRegister(), _stream.NewRegister());
    }

    private Expression Tokens => _context.Tokens;

    private long ScoreStride => 4L * (_keepsScores ? _keys.Slots : _tile);

    private int Channel => _context.Machine.DataChannel;

    public static void Emit(EmitContext context, QuantizedAttention op)
    {
        var mark = context.Stream.RegisterMark;
        new AttentionLowering(context, op).Emit();
        context.Stream.ReleaseRegisters(mark);
    }

    /// <summary>Keys of a tile: as many as a quarter of the scratchpad and half the accumulators hold, a power of two below all.</summary>
    private int ChooseTile(long rows)
    {
        var machine = _context.Machine;
        var half = machine.HalfAccumulator;
        if (rows * _op.ValueWidth > half)
        {
            throw new CapacityException(
                machine.Name, "matmulArrays.accumulators", $"at least {2 * rows * _op.ValueWidth} sums for attention", $"{machine.Shape.AccumulatorWords}");
        }

        var perKey = (2 * (_keys.RowBytes + _values.RowBytes + 4)) + (rows * (8 + 2 + 4 + 4 + (_keepsScores ? 0 : 8)));
        var tile = Math.Min(_keys.Slots, GreatestTile);
        while (tile > 1 && (tile * perKey > machine.Shape.ScratchpadBytes / 4 || rows * tile > half))
        {
            tile = (tile + 1) / 2;
        }

        return rows * tile <= half
            ? tile
            : throw new CapacityException(machine.Name, "matmulArrays.accumulators", $"at least {2 * rows} sums for attention", $"{machine.Shape.AccumulatorWords}");
    }

    private void Emit()
    {
        AppendToCaches();
        EncodeQueries();

        var size = (Keys: _tile * (_keys.RowBytes + 2), Values: _tile * _values.RowBytes);
        var (keyBlock, valueBlock, scaleBlock) = (TwoSlots(size.Keys), TwoSlots(size.Values), TwoSlots(2L * _tile));
        var weightBlock = TwoSlots(2L * _context.MostTokens * _group * _tile);
        var dma = _context.Machine.DataDma;
        Block[] loaded = [keyBlock, valueBlock, scaleBlock];
        Block[] vector = [_wide, _probabilities, _visibleScales, weightBlock, .. _rows.Blocks, _context.Place(_op.Output).Data];
        _stream.Acquire(dma, [_scores], loaded);
        _stream.Acquire(_array, [_queryCodes, _queryScales, .. loaded, weightBlock], [_scores, _sums]);
        _stream.Acquire(Machine.Vector, [scaleBlock, _sums], [_scores, .. vector]);

        _keyTiles = new(_stream, "keys", dma, _array, keyBlock);
        _valueTiles = new(_stream, "values", dma, _array, valueBlock);
        _scaleTiles = new(_stream, "scales", dma, Machine.Vector, scaleBlock);
        _weightTiles = new(_stream, "probabilities", Machine.Vector, _array, weightBlock);
        _scoreTiles = new(_stream, "scores", _array, Machine.Vector, _scores);
        _stream.AddRaw(new Synchronize(Machine.Vector) { Signals = [Semaphore("heads free")] });

        _stream.Loop(_op.KeyHeads, EmitHead);

        _stream.AddRaw(new Synchronize(_array) { Waits = [Semaphore("heads free")] });
        foreach (var buffer in new[] { _keyTiles, _valueTiles, _scaleTiles, _weightTiles, _scoreTiles })
        {
            buffer.Close();
        }

        _stream.Release(dma, [_scores], loaded);
        _stream.Release(_array, [_queryCodes, _queryScales, .. loaded, weightBlock], [_scores, _sums]);
        _stream.Release(Machine.Vector, [scaleBlock, _sums], [_scores, .. vector]);
    }

    private Block TwoSlots(long bytes) => _context.Temporary(DoubleBuffer.Slots * ((bytes + 63) / 64 * 64));

    private SemaphoreUse Semaphore(string purpose) => _stream.Semaphore(purpose);

    private void AppendToCaches()
    {
        var mark = _stream.RegisterMark;
        var (slot, first, rest) = (_stream.NewRegister(), _stream.NewRegister(), _stream.NewRegister());
        if (_keys.IsRing)
        {
            _stream.Set(slot, SetFunction.Modulo, Register.Position, _keys.Slots);
            _stream.Set(first, SetFunction.Minimum, Tokens, (slot * -1) + _keys.Slots);
            _stream.Set(rest, SetFunction.Add, Tokens, first * -1);
        }

        _keys.Append(_op.Key, slot, first, rest);
        _values.Append(_op.Value, slot, first, rest);
        _stream.ReleaseRegisters(mark);
        _stream.Set(_keyCount, SetFunction.Minimum, Tokens + (Expression)Register.Position, _keys.Slots);
        _stream.Set(_tileCount, SetFunction.CeilingDivide, _keyCount, _tile);
    }

    /// <summary>Codes per head; the scale takes the score's factor with it.</summary>
    private void EncodeQueries()
    {
        var (lane, type) = (EmitContext.ElementBytes(_op.Query), _op.QueryBits == 8 ? LaneType.I8 : LaneType.I16);
        View ByHead(LaneType element, long address, int columns, long head) =>
            new(element, address, columns) { Planes = Tokens, PlaneStride = _op.Heads * head, Rows = _op.Heads, RowStride = head };
        _stream.Add(new Isa.Commands.QuantizeRows(
            ByHead(EmitContext.TypeOf(_op.Query), _context.Place(_op.Query).Data.Start, _op.HeadWidth, (long)_op.HeadWidth * lane),
            ByHead(type, _queryCodes.Start, _op.HeadWidth, (long)_op.HeadWidth * type.ByteSize()),
            ByHead(LaneType.I32, _queryScales.Start, 1, 4),
            null,
            _op.ScoreMantissa,
            0));
    }

    private void EmitHead(Register head)
    {
        _rows.Clear();
        if (_keepsScores)
        {
            _stream.AddRaw(new Synchronize(_array) { Waits = [Semaphore("heads free")] });
        }

        _stream.Loop(_tileCount, tile => FirstPass(head, tile));
        _rows.FindHeadroom();
        if (!_context.Plan.KeepsScores)
        {
            SpillScores();
        }

        SecondPass(head, 0, true);
        var mark = _stream.RegisterMark;
        var rest = _stream.NewRegister();
        _stream.Set(rest, SetFunction.Add, _tileCount, -1);
        _stream.Loop(rest, tile => SecondPass(head, (Expression)tile + 1, false));
        _stream.ReleaseRegisters(mark);

        var half = _context.Machine.HalfAccumulator;
        var sums = _rows.Rows(LaneType.I64, _sums.Start, _op.ValueWidth);
        _stream.AddRaw(new Drain(half, _op.ValueWidth, sums, null, null, 0, 0, 0)
        {
            Waits = _keepsScores ? [] : [Semaphore("heads free")],
            Signals = [Semaphore("heads full")],
        });
        _rows.Divide(sums, head, Semaphore("heads full"), Semaphore("heads free"));
    }

    /// <summary>Columns of a tile: what is left of the keys.</summary>
    private void CountColumns(Expression tile) => _stream.Set(_columns, SetFunction.Minimum, _keyCount + (tile * -_tile), _tile);

    private View Scores(Expression tile) =>
        _rows.Rows(LaneType.I32, _keepsScores ? (tile * (4L * _tile)) + _scores.Start : _scoreTiles.Address, _columns, ScoreStride);

    private View RowsOf(LaneType type, Block block) => _rows.Rows(type, block.Start, _columns, (long)_tile * type.ByteSize());

    private Mask Hide(View target, Expression tile, long fill) => new(
        target, Register.Position, true, tile * _tile, Tokens + (Expression)Register.Position - 1, _keys.IsRing ? _keys.Slots : 0, _op.Window, fill);

    /// <summary>Scores of a tile of keys: product with codes and scales, drained with the query's scale.</summary>
    private void ScoreTile(Register head, Expression tile)
    {
        _keyTiles.Next();
        _scoreTiles.Next();
        var (codes, scales) = (_keyTiles.Address, _keyTiles.Address + (_tile * _keys.RowBytes));
        _stream.AddRaw(new Load(TrafficClass.Cache, _keys.Codes(head, tile * _tile), codes, new Box(_columns * _keys.RowBytes)) { Channel = Channel, Waits = [_keyTiles.Free] });
        _stream.AddRaw(new Load(TrafficClass.Cache, _keys.Scales(head, tile * _tile), scales, new Box(_columns * 2)) { Channel = Channel, Signals = [_keyTiles.Full] });
        var type = _op.QueryBits == 8 ? LaneType.I8 : LaneType.I16;
        var headBytes = (long)_op.HeadWidth * type.ByteSize();
        _stream.AddRaw(new MatMul(
            new View(type, (head * (_group * headBytes)) + _queryCodes.Start, _op.HeadWidth)
            {
                Planes = Tokens,
                PlaneStride = _op.Heads * headBytes,
                Rows = _group,
                RowStride = headBytes,
            },
            new CodeMatrix(_keys.Format, codes, _keys.RowBytes),
            _columns,
            new Mantissas(scales, 2, _op.HeadWidth),
            0,
            _tile,
            false)
        {
            Waits = [_keyTiles.Full],
            Signals = [_keyTiles.Free],
        });
        _stream.AddRaw(new Drain(
            0,
            _tile,
            Scores(tile),
            new View(LaneType.I32, (head * (4L * _group)) + _queryScales.Start, 1)
            {
                Planes = Tokens,
                PlaneStride = 4L * _op.Heads,
                Rows = _group,
                RowStride = 4,
            },
            null,
            _op.DotShift,
            _op.ScoreShift,
            int.MaxValue)
        {
            Waits = [_scoreTiles.Free],
            Signals = [_scoreTiles.Full],
        });
    }

    /// <summary>Maxima of scores and of value scales over the keys that each query sees.</summary>
    private void FirstPass(Register head, Register tile)
    {
        CountColumns(tile);
        ScoreTile(head, tile);
        var scales = LoadScales(head, tile);
        var scores = Scores(tile);
        _stream.AddRaw(new Synchronize(Machine.Vector) { Waits = [_scoreTiles.Full] });
        if (_needsMask)
        {
            _stream.AddRaw(Hide(scores, tile, int.MinValue));
        }

        _stream.AddRaw(new Reduce(ReduceFunction.Maximum, scores, _rows.Greatest, true) { Signals = [_scoreTiles.Free] });
        if (_needsMask)
        {
            var visible = RowsOf(LaneType.I32, _visibleScales);
            _stream.AddRaw(new Elementwise(LaneFunction.Move, scales, 0, visible, 0, 0) { Waits = [_scaleTiles.Full], Signals = [_scaleTiles.Free] });
            _stream.AddRaw(Hide(visible, tile, 0));
            _stream.AddRaw(new Reduce(ReduceFunction.Maximum, visible, _rows.GreatestScale, true));
        }
        else
        {
            var repeated = _rows.Rows(LaneType.U16, _scaleTiles.Address, _columns, 0);
            _stream.AddRaw(new Reduce(ReduceFunction.Maximum, repeated, _rows.GreatestScale, true) { Waits = [_scaleTiles.Full], Signals = [_scaleTiles.Free] });
        }
    }

    private View LoadScales(Register head, Expression tile)
    {
        _scaleTiles.Next();
        _stream.AddRaw(new Load(TrafficClass.Cache, _values.Scales(head, tile * _tile), _scaleTiles.Address, new Box(_columns * 2))
        {
            Channel = Channel,
            Waits = [_scaleTiles.Free],
            Signals = [_scaleTiles.Full],
        });
        return View.Row(LaneType.U16, _scaleTiles.Address, _columns);
    }

    /// <summary>Probabilities of a tile, their sum, and the weighted values.</summary>
    private void SecondPass(Register head, Expression tile, bool isFirst)
    {
        CountColumns(tile);
        if (!_keepsScores)
        {
            ScoreTile(head, tile);
        }

        var scores = Scores(tile);
        if (!_keepsScores)
        {
            _stream.AddRaw(new Synchronize(Machine.Vector) { Waits = [_scoreTiles.Full] });
            if (_needsMask)
            {
                _stream.AddRaw(Hide(scores, tile, int.MinValue));
            }
        }

        _valueTiles.Next();
        _weightTiles.Next();
        _stream.AddRaw(new Load(TrafficClass.Cache, _values.Codes(head, tile * _tile), _valueTiles.Address, new Box(_columns * _values.RowBytes))
        {
            Channel = Channel,
            Waits = [_valueTiles.Free],
            Signals = [_valueTiles.Full],
        });
        var scales = LoadScales(head, tile);
        var (distances, probabilities) = (RowsOf(LaneType.I64, _wide), RowsOf(LaneType.I16, _probabilities));
        _stream.AddRaw(new Elementwise(LaneFunction.Subtract, _rows.Greatest, scores, distances, 0, 0)
        {
            Signals = _keepsScores ? [] : [_scoreTiles.Free],
        });
        _stream.AddRaw(new Apply(UnaryFunction.Exp2Negative, distances, probabilities)
        {
            ArgumentFraction = QuantizedAttention.ScoreFraction,
            ResultFraction = QuantizedAttention.ProbabilityFraction,
        });
        if (_needsMask)
        {
            // Scores saturate: where all that is seen lies at the bottom, what is not seen must still count nothing.
            _stream.AddRaw(Hide(probabilities, tile, 0));
        }

        _stream.AddRaw(new Reduce(ReduceFunction.Sum, probabilities, _rows.Denominator, true));
        var weights = _rows.Rows(LaneType.I16, _weightTiles.Address, _columns, 2L * _tile);
        _stream.AddRaw(new Elementwise(LaneFunction.Multiply, probabilities, scales, weights, QuantizedAttention.ProbabilityFraction, 0)
        {
            ShiftBy = _rows.Headroom,
            ShiftSign = -1,
            Waits = [_weightTiles.Free, _scaleTiles.Full],
            Signals = [_weightTiles.Full, _scaleTiles.Free],
        });
        _stream.AddRaw(new MatMul(
            weights,
            new CodeMatrix(_values.Format, _valueTiles.Address, _values.RowBytes) { Layout = MatrixLayout.InputMajor },
            _op.ValueWidth,
            null,
            _context.Machine.HalfAccumulator,
            _op.ValueWidth,
            !isFirst)
        {
            Waits = [_valueTiles.Full, _weightTiles.Full],
            Signals = [_valueTiles.Free, _weightTiles.Free],
        });
    }

    /// <summary>Scores to memory and back: what attention costs where it is not fused.</summary>
    private void SpillScores()
    {
        var rows = Tokens * _group;
        var segment = _context.Dram.Buffer("scores", SegmentKind.Activations, 4L * _context.RingTokens * _group * _keys.Slots);
        var box = new Box(_keyCount * 4) { Rows = rows, DramRowStride = ScoreStride, ScratchpadRowStride = ScoreStride };
        _stream.AddRaw(new Synchronize(Machine.Vector) { Signals = [Semaphore("spill out")] });
        _stream.AddRaw(new Store(TrafficClass.Activations, segment.Start, _scores.Start, box) { Channel = Channel, Waits = [Semaphore("spill out")] });
        _stream.AddRaw(new Load(TrafficClass.Activations, segment.Start, _scores.Start, box) { Channel = Channel, Signals = [Semaphore("spill in")] });
        _stream.AddRaw(new Synchronize(Machine.Vector) { Waits = [Semaphore("spill in")] });
    }
}
