using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// One key head's way through attention, on one array, one vector unit and one DMA channel. Tiles of keys, values, scores and weights go
/// through double buffers, so that transfers, products and vector work of neighbouring tiles overlap. Caches that live in the scratchpad are
/// read in place. Scores of all keys stay in the scratchpad if they fit; else the second pass computes them anew.
/// </summary>
internal sealed class AttentionLane
{
    private readonly AttentionShape _shape;
    private readonly int _index;
    private readonly UnitId _array;
    private readonly UnitId _vector;
    private readonly UnitId _dma;
    private readonly AttentionRows _rows;
    private readonly Block _scores;
    private readonly Block _wide;
    private readonly Block _probabilities;
    private readonly Block _visibleScales;
    private readonly Block _sums;
    private readonly Block[] _loaded;
    private readonly Block _weights;
    private Block[] _arrayReads = [];
    private Block[] _vectorReads = [];
    private Block[] _vectorWrites = [];
    private DoubleBuffer? _keyTiles;
    private DoubleBuffer? _valueTiles;
    private DoubleBuffer? _scaleTiles;
    private HeadScales? _keyScales;
    private HeadScales? _valueScales;
    private DoubleBuffer _scoreTiles = null!;
    private DoubleBuffer _weightTiles = null!;

    public AttentionLane(AttentionShape shape, int index)
    {
        (_shape, _index) = (shape, index);
        var (context, op, rows, tile) = (shape.Context, shape.Op, shape.Rows, shape.Tile);
        (_array, _vector, _dma) = (new(UnitKind.Array, index), new(UnitKind.Vector, index), new(UnitKind.Dma, context.Machine.DataChannel - index));
        _rows = new(context, op, rows, shape.Group, Add);
        _scores = context.Temporary(4 * rows * (shape.KeepsScores ? shape.Keys.Slots : DoubleBuffer.Slots * tile));
        _wide = context.Temporary(8 * rows * tile);
        _probabilities = context.Temporary(2 * rows * tile);
        _visibleScales = context.Temporary(4 * rows * tile);
        _sums = context.Temporary(8 * rows * op.ValueWidth);
        Block Loaded(AttentionCache cache, long bytes, int slots = DoubleBuffer.Slots) => cache.OnChip is null ? Slots(bytes, slots) : default;
        _loaded =
        [
            Loaded(shape.Keys, tile * (shape.Keys.RowBytes + 2), shape.KeySlot.Slots), Loaded(shape.Values, tile * shape.Values.RowBytes, shape.ValueSlot.Slots),
            .. shape.HeadSlot is null ? [Loaded(shape.Values, 2L * tile)] : new[] { Loaded(shape.Values, shape.Values.ScaleBytes), Loaded(shape.Keys, shape.Keys.ScaleBytes) },
        ];
        _weights = Slots(2 * rows * tile, DoubleBuffer.Slots);
    }

    private CommandStream Stream => _shape.Context.Stream;

    private long ScoreStride => 4L * (_shape.KeepsScores ? _shape.Keys.Slots : _shape.Tile);

    private Block[] ArrayReadsWith(Block[] own) => [_shape.QueryCodes, _shape.QueryScales, .. _loaded, _weights, _shape.Keys.OnChip ?? default, _shape.Values.OnChip ?? default, .. own];

    private Block[] VectorReadsWith(Block[] own) => [_loaded[2], _sums, _shape.Values.OnChip ?? default, .. own];

    private Block[] VectorWrites => [_scores, _wide, _probabilities, _visibleScales, _weights, .. _rows.Blocks, _shape.Context.Place(_shape.Op.Output).Data];

    /// <summary>The units wait for what they work on.</summary>
    /// <param name="stored">Keys and values of this run: once they may be overwritten, they are in memory.</param>
    public void Start(Block[] stored)
    {
        Stream.Acquire(_dma, [_scores], [.. _loaded, .. stored]);
        Block[] own = _shape.HoldsOwn ? stored : [];
        (_arrayReads, _vectorReads, _vectorWrites) = (ArrayReadsWith(own), VectorReadsWith(own), VectorWrites);
        Stream.Acquire(_array, _arrayReads, [_scores, _sums]);
        Stream.Acquire(_vector, _vectorReads, _vectorWrites);
        _keyTiles = _shape.Keys.OnChip is null ? new(Stream, "keys", _index, _dma, _array, _loaded[0], _shape.KeySlot) : null;
        _valueTiles = _shape.Values.OnChip is null ? new(Stream, "values", _index, _dma, _array, _loaded[1], _shape.ValueSlot) : null;
        if (_shape.HeadSlot is { } slot)
        {
            HeadScales? Scales(AttentionCache cache, string name, UnitId reader, Block block) =>
                cache.OnChip is null ? new(_shape, cache, new(Stream, $"{name} scales", _index, _dma, reader, block, slot), reader) : null;
            _keyScales = Scales(_shape.Keys, "key", _array, _loaded[3]);
            _valueScales = Scales(_shape.Values, "value", _vector, _loaded[2]);
        }
        else
        {
            _scaleTiles = _shape.Values.OnChip is null ? new(Stream, "scales", _index, _dma, _vector, _loaded[2], _shape.ScaleSlot) : null;
        }

        _weightTiles = new(Stream, "probabilities", _index, _vector, _array, _weights, _shape.WeightSlot);
        _scoreTiles = new(Stream, "scores", _index, _array, _vector, _scores, _shape.ScoreSlot);
        Add(new Synchronize(_vector) { Signals = [Semaphore("heads free")] });
    }

    /// <summary>All semaphores that rounds take beside those taken at the start.</summary>
    public void TakeSemaphores() => _ = Semaphore("heads full");

    /// <summary>All semaphores back to zero; who comes next may have the blocks.</summary>
    /// <param name="stored">As at the start. What is held is stored at the run's end, when no channel reads the caches any more.</param>
    public void Finish(Block[] stored)
    {
        Add(new Synchronize(_array) { Waits = [Semaphore("heads free")] });
        foreach (var buffer in new[] { _keyTiles, _valueTiles, _scaleTiles, _weightTiles, _scoreTiles, _keyScales?.Buffer, _valueScales?.Buffer })
        {
            buffer?.Close();
        }

        Block[] own = _shape.HoldsOwn ? stored : [];
        Stream.Release(_dma, [_scores, .. own], _loaded);
        Stream.Release(_array, _arrayReads, [_scores, _sums]);
        Stream.Release(_vector, _vectorReads, _vectorWrites);
    }

    public void BeginHead(Expression head)
    {
        _keyScales?.Begin(head, _dma);
        _valueScales?.Begin(head, _dma);
        _rows.Clear();
        if (_shape.KeepsScores)
        {
            Add(new Synchronize(_array) { Waits = [Semaphore("heads free")] });
        }
    }

    public void EndFirstPass()
    {
        _rows.FindHeadroom();
        if (!_shape.Context.Plan.KeepsScores)
        {
            SpillScores();
        }
    }

    public void EndHead(Expression head)
    {
        var sums = _rows.Rows(LaneType.I64, _sums.Start, _shape.Op.ValueWidth);
        Add(new Drain(_shape.Context.Machine.HalfAccumulator, _shape.Op.ValueWidth, sums, null, null, 0, 0, 0)
        {
            Waits = _shape.KeepsScores ? [] : [Semaphore("heads free")],
            Signals = [Semaphore("heads full")],
        });
        _rows.Divide(sums, head, Semaphore("heads full"), Semaphore("heads free"));
        _keyScales?.End();
        _valueScales?.End();
    }

    /// <summary>Gives a command to the lane's unit of its kind.</summary>
    private void Add(Command command) => Stream.AddRaw(command switch
    {
        VectorCommand vector => vector with { Vector = _index, Operator = Stream.Operator },
        ArrayCommand array => array with { Array = _index, Operator = Stream.Operator },
        DmaCommand dma => dma with { Channel = _dma.Index, Operator = Stream.Operator },
        _ => command,
    });

    private Block Slots(long bytes, int slots) => _shape.Context.Temporary(slots * ((bytes + 63) / 64 * 64));

    private static SemaphoreList Full(DoubleBuffer? buffer) => buffer is null ? default : [buffer.Full];

    private static SemaphoreList Free(DoubleBuffer? buffer) => buffer is null ? default : [buffer.Free];

    private static SemaphoreList And(SemaphoreUse use, SemaphoreUse? other) => other is { } more ? [use, more] : [use];

    private SemaphoreUse Semaphore(string purpose) => Stream.Semaphore(purpose, _index);

    private View Scores() =>
        _rows.Rows(LaneType.I32, _shape.KeepsScores ? (_shape.Tiles.FirstKey * 4) + _scores.Start : _scoreTiles.Address, _shape.Tiles.Columns, ScoreStride);

    private View RowsOf(LaneType type, Block block) => _rows.Rows(type, block.Start, _shape.Tiles.Columns, (long)_shape.Tile * type.ByteSize());

    private Mask Hide(View target, long fill) => new(
        target,
        _shape.Context.Position,
        true,
        _shape.Tiles.FirstSlot,
        _shape.Context.TokensOfSequence + (Expression)_shape.Context.Position - 1,
        _shape.Keys.IsRing ? _shape.Keys.Slots : 0,
        _shape.Op.Window,
        fill);

    /// <summary>Scores of a tile of keys: product with codes and scales, drained with the query's scale.</summary>
    private void ScoreTile(Expression head)
    {
        var buffer = _shape.Tiles.IsOwn ? null : _keyTiles;
        var (codes, scales) = _shape.Tiles.IsOwn
            ? (_shape.Keys.OwnCodes(head), _shape.Keys.OwnScales(head))
            : (_shape.Keys.Codes(head, _shape.Tiles.FirstSlot), _shape.Keys.Scales(head, _shape.Tiles.FirstSlot));
        if (buffer is not null)
        {
            var load = new Load(TrafficClass.Cache, codes, buffer.Address, new Box(_shape.BytesOfTile(_shape.Keys))) { Waits = [buffer.Free] };
            codes = buffer.Address;
            if (_keyScales is not null)
            {
                Add(load with { Signals = [buffer.Full] });
                scales = _keyScales.From(_shape.Tiles.FirstSlot);
            }
            else
            {
                var scaleSlot = buffer.Address + (_shape.Tile * _shape.Keys.RowBytes);
                Add(load);
                Add(new Load(TrafficClass.Cache, scales, scaleSlot, new Box(_shape.Tiles.Columns * 2)) { Signals = [buffer.Full] });
                scales = scaleSlot;
            }
        }

        var type = _shape.QueryType;
        var headBytes = (long)_shape.Op.HeadWidth * type.ByteSize();
        Add(new MatMul(
            new View(type, (head * (_shape.Group * headBytes)) + (_shape.Context.Row * (_shape.Op.Heads * headBytes)) + _shape.QueryCodes.Start, _shape.Op.HeadWidth)
            {
                Planes = _shape.Context.TokensOfSequence,
                PlaneStride = _shape.Op.Heads * headBytes,
                Rows = _shape.Group,
                RowStride = headBytes,
            },
            new CodeMatrix(_shape.Keys.Format, codes, _shape.Keys.RowBytes),
            _shape.Tiles.Columns,
            new Mantissas(scales, 2, _shape.Op.HeadWidth),
            0,
            _shape.Tile,
            false)
        {
            Dataflow = _shape.ScoreDataflow,
            Waits = Full(buffer),
            Signals = Free(buffer),
        });
        Add(new Drain(
            0,
            _shape.Tile,
            Scores(),
            new View(LaneType.I32, (head * (4L * _shape.Group)) + (_shape.Context.Row * (4L * _shape.Op.Heads)) + _shape.QueryScales.Start, 1)
            {
                Planes = _shape.Context.TokensOfSequence,
                PlaneStride = 4L * _shape.Op.Heads,
                Rows = _shape.Group,
                RowStride = 4,
            },
            null,
            _shape.Op.DotShift,
            _shape.Op.ScoreShift,
            int.MaxValue)
        {
            Waits = [_scoreTiles.Free],
            Signals = [_scoreTiles.Full],
        });
    }

    /// <summary>Maxima of scores and of value scales over the keys that each query sees.</summary>
    public void FirstPass(Expression head)
    {
        ScoreTile(head);
        var (scales, buffer) = LoadScales(head);
        var scores = Scores();
        Add(new Synchronize(_vector) { Waits = [_scoreTiles.Full] });
        if (_shape.NeedsMask)
        {
            Add(Hide(scores, int.MinValue));
        }

        Add(new Reduce(ReduceFunction.Maximum, scores, _rows.Greatest, true) { Signals = [_scoreTiles.Free] });
        if (_shape.NeedsMask)
        {
            var visible = RowsOf(LaneType.I32, _visibleScales);
            Add(new Elementwise(LaneFunction.Move, scales, 0, visible, 0, 0) { Waits = Full(buffer), Signals = Free(buffer) });
            Add(Hide(visible, 0));
            Add(new Reduce(ReduceFunction.Maximum, visible, _rows.GreatestScale, true));
        }
        else
        {
            var repeated = _rows.Rows(LaneType.U16, scales.Address, _shape.Tiles.Columns, 0);
            Add(new Reduce(ReduceFunction.Maximum, repeated, _rows.GreatestScale, true) { Waits = Full(buffer), Signals = Free(buffer) });
        }
    }

    /// <summary>Scales of a tile's values, loaded now unless they stand on chip; then there is no buffer.</summary>
    private (View Scales, DoubleBuffer? Buffer) LoadScales(Expression head)
    {
        if (_scaleTiles is null || _shape.Tiles.IsOwn)
        {
            var address = _shape.Tiles.IsOwn ? _shape.Values.OwnScales(head) : _valueScales?.From(_shape.Tiles.FirstSlot) ?? _shape.Values.Scales(head, _shape.Tiles.FirstSlot);
            return (View.Row(LaneType.U16, address, _shape.Tiles.Columns), null);
        }

        Add(new Load(TrafficClass.Cache, _shape.Values.Scales(head, _shape.Tiles.FirstSlot), _scaleTiles.Address, new Box(_shape.Tiles.Columns * 2))
        {
            Waits = [_scaleTiles.Free],
            Signals = [_scaleTiles.Full],
        });
        return (View.Row(LaneType.U16, _scaleTiles.Address, _shape.Tiles.Columns), _scaleTiles);
    }

    /// <summary>Probabilities of a tile, their sum, and the weighted values.</summary>
    public void SecondPass(Expression head, bool isFirst)
    {
        if (!_shape.KeepsScores)
        {
            ScoreTile(head);
        }

        var scores = Scores();
        if (!_shape.KeepsScores)
        {
            Add(new Synchronize(_vector) { Waits = [_scoreTiles.Full] });
            if (_shape.NeedsMask)
            {
                Add(Hide(scores, int.MinValue));
            }
        }

        var valueBuffer = _shape.Tiles.IsOwn ? null : _valueTiles;
        var values = _shape.Tiles.IsOwn ? _shape.Values.OwnCodes(head) : _shape.Values.Codes(head, _shape.Tiles.FirstSlot);
        if (valueBuffer is not null)
        {
            Add(new Load(TrafficClass.Cache, values, valueBuffer.Address, new Box(_shape.BytesOfTile(_shape.Values)))
            {
                Waits = [valueBuffer.Free],
                Signals = [valueBuffer.Full],
            });
            values = valueBuffer.Address;
        }

        var (scales, scaleBuffer) = LoadScales(head);
        var (distances, probabilities) = (RowsOf(LaneType.I64, _wide), RowsOf(LaneType.I16, _probabilities));
        Add(new Elementwise(LaneFunction.Subtract, _rows.Greatest, scores, distances, 0, 0)
        {
            Signals = _shape.KeepsScores ? [] : [_scoreTiles.Free],
        });
        Add(new Apply(UnaryFunction.Exp2Negative, distances, probabilities)
        {
            ArgumentFraction = QuantizedAttention.ScoreFraction,
            ResultFraction = QuantizedAttention.ProbabilityFraction,
        });
        if (_shape.NeedsMask)
        {
            // Scores saturate: where all that is seen lies at the bottom, what is not seen must still count nothing.
            Add(Hide(probabilities, 0));
        }

        Add(new Reduce(ReduceFunction.Sum, probabilities, _rows.Denominator, true));
        var weights = _rows.Rows(LaneType.I16, _weightTiles.Address, _shape.Tiles.Columns, 2L * _shape.Tile);
        Add(new Elementwise(LaneFunction.Multiply, probabilities, scales, weights, QuantizedAttention.ProbabilityFraction, 0)
        {
            ShiftBy = _rows.Headroom,
            ShiftSign = -1,
            Waits = And(_weightTiles.Free, scaleBuffer?.Full),
            Signals = And(_weightTiles.Full, scaleBuffer?.Free),
        });
        Add(new MatMul(
            weights,
            new CodeMatrix(_shape.Values.Format, values, _shape.Values.RowBytes) { Layout = MatrixLayout.InputMajor },
            _shape.Op.ValueWidth,
            null,
            _shape.Context.Machine.HalfAccumulator,
            _shape.Op.ValueWidth,
            !isFirst)
        {
            Dataflow = _shape.ValueDataflow,
            Waits = And(_weightTiles.Full, valueBuffer?.Full),
            Signals = And(_weightTiles.Free, valueBuffer?.Free),
        });
    }

    /// <summary>Scores to memory and back: what attention costs where it is not fused.</summary>
    private void SpillScores()
    {
        var rows = _shape.Context.TokensOfSequence * _shape.Group;
        var segment = _shape.Context.Dram.Buffer($"scores.{_shape.Group}x{_shape.Keys.Slots}", SegmentKind.Activations, 4 * AttentionShape.BlockOf(_shape.Context.BufferTokens) * _shape.Group * _shape.Keys.Slots);
        var box = new Box(_shape.Tiles.Keys * 4) { Rows = rows, DramRowStride = ScoreStride, ScratchpadRowStride = ScoreStride };
        Add(new Synchronize(_vector) { Signals = [Semaphore("spill out")] });
        Add(new Store(TrafficClass.Activations, segment.Start, _scores.Start, box) { Waits = [Semaphore("spill out")] });
        Add(new Load(TrafficClass.Activations, segment.Start, _scores.Start, box) { Signals = [Semaphore("spill in")] });
        Add(new Synchronize(_vector) { Waits = [Semaphore("spill in")] });
    }
}
