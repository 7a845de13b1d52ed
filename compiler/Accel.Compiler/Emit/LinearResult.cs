using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Where a product's sums go as lanes: to the scratchpad; logits on to memory, those of all arrays' tiles of a round together.</summary>
internal sealed class LinearResult
{
    private const string Free = "logits free";
    private const string Full = "logits full";

    private readonly EmitContext _context;
    private readonly QuantizedLinear _op;
    private readonly Block _bias;
    private readonly Segment? _logits;
    private readonly Block _staging;

    // Of the round in turn.
    private Expression _slot;
    private Expression _firstRow;
    private int _rows;

    /// <param name="outputs">Most outputs of a round.</param>
    public LinearResult(EmitContext context, QuantizedLinear op, int outputs)
    {
        (_context, _op) = (context, op);
        _bias = op.Bias is { } bias ? context.Constant(context.Dram.Vector(bias)) : default;
        StagingBytes = (long)context.MostTokens * outputs * ElementBytes;
        var isLogits = op.Output == context.Plan.Graph.Logits;
        _logits = isLogits ? context.Dram.Buffer("logits", SegmentKind.Output, (long)context.BufferTokens * op.Output.Width * ElementBytes) : null;
        _staging = isLogits ? context.Temporary(DoubleBuffer.Slots * StagingBytes) : default;
    }

    private int ElementBytes => EmitContext.ElementBytes(_op.Output);

    private long StagingBytes { get; }

    /// <summary>All semaphores that the commands would take.</summary>
    /// <param name="tiles">Of the largest round.</param>
    public void TakeSemaphores(int tiles)
    {
        for (var array = 0; _logits is not null && array < _context.Machine.Arrays; array++)
        {
            _ = (Staged(Free, array), array < tiles ? Staged(Full, array) : default);
        }
    }

    /// <summary>All arrays wait until they may read what a product reads, and write here.</summary>
    public void Acquire(Block[] reads)
    {
        var stream = _context.Stream;
        var writes = Writes();
        reads = [.. reads, .. Reads()];
        for (var array = 0; array < _context.Machine.Arrays; array++)
        {
            stream.Acquire(new(UnitKind.Array, array), reads, writes);
            if (_logits is not null)
            {
                stream.Acquire(_context.Machine.DataDma, [_staging], []);
                stream.AddRaw(new Synchronize(_context.Machine.DataDma) { Signals = [Staged(Free, array) with { Count = DoubleBuffer.Slots }] });
            }
        }
    }

    /// <summary>All arrays are done.</summary>
    public void Release(Block[] reads)
    {
        var stream = _context.Stream;
        var writes = Writes();
        reads = [.. reads, .. Reads()];
        for (var array = 0; array < _context.Machine.Arrays; array++)
        {
            if (_logits is not null)
            {
                stream.AddRaw(new Synchronize(new UnitId(UnitKind.Array, array)) { Waits = [Staged(Free, array) with { Count = DoubleBuffer.Slots }] });
            }

            stream.Release(new(UnitKind.Array, array), reads, writes);
        }
    }

    /// <summary>Before the tiles of a round are read out.</summary>
    /// <param name="index">Ordinal of the round.</param>
    /// <param name="rows">Outputs of the round.</param>
    public void BeginRound(Expression index, Expression firstRow, int rows)
    {
        (_slot, _firstRow, _rows) = (index, firstRow, rows);
        if (_logits is not null && !index.IsConstant)
        {
            var slot = _context.Stream.NewRegister();
            _context.Stream.Set(slot, SetFunction.Modulo, index, DoubleBuffer.Slots);
            _slot = slot;
        }
        else
        {
            _slot = index.IsConstant ? index.Constant % DoubleBuffer.Slots : 0;
        }
    }

    /// <summary>Behind them: logits go to memory.</summary>
    /// <param name="tiles">Of the round, on the first arrays.</param>
    public void EndRound(int tiles)
    {
        if (_logits is null)
        {
            return;
        }

        var (stream, channel, size) = (_context.Stream, _context.Machine.DataDma, ElementBytes);
        for (var first = 0; first < tiles; first += SemaphoreList.MaximumLength)
        {
            stream.AddRaw(new Synchronize(channel) { Waits = Staged(Full, first, tiles) });
        }

        stream.AddRaw(new Store(TrafficClass.Output, (_firstRow * size) + _logits.Start, Staging, new Box((long)_rows * size)
        {
            Rows = _context.Tokens,
            DramRowStride = (long)_op.Output.Width * size,
            ScratchpadRowStride = (long)_rows * size,
        })
        {
            Channel = channel.Index,
        });
        for (var first = 0; first < tiles; first += SemaphoreList.MaximumLength)
        {
            stream.AddRaw(new Synchronize(channel) { Signals = Staged(Free, first, tiles) });
        }
    }

    private Expression Staging => (_slot * StagingBytes) + _staging.Start;

    /// <summary>Reads out one half of an array's accumulators.</summary>
    public void Drain(int array, Expression firstRow, int outputs, Expression half)
    {
        var (tokens, output, size) = (_context.Tokens, _op.Output, ElementBytes);
        var address = _logits is not null
            ? (firstRow * size) + (_firstRow * -size) + Staging
            : (firstRow * size) + _context.Place(output).Data.Start;
        var rowStride = (long)(_logits is not null ? _rows : output.Width) * size;
        var lanes = new View(EmitContext.TypeOf(output), address, outputs) { Rows = tokens, RowStride = rowStride };
        var drain = new Drain(
            half * _context.Machine.HalfAccumulator,
            outputs,
            lanes,
            View.Scalars(LaneType.I32, _context.Place(_op.Input).Scale.Start, tokens),
            _op.Bias is null ? null : View.Row(LaneType.I32, (firstRow * 4) + _bias.Start, outputs),
            _op.SumShift,
            _op.OutputShift,
            output.Format.Limit) { Array = array, Operator = _context.Stream.Operator };
        if (_logits is null)
        {
            _context.Stream.AddRaw(drain);
            return;
        }

        _context.Stream.AddRaw(drain with { Waits = [Staged(Free, array)], Signals = [Staged(Full, array)] });
        if (_context.Options.Taps)
        {
            _context.Stream.AddRaw(new Tap(new UnitId(UnitKind.Array, array), output.Id, lanes, 0, firstRow));
        }
    }

    private Block[] Reads() => _op.Bias is null ? [] : [_bias];

    private Block[] Writes() => _logits is not null ? [_staging] : [_context.Place(_op.Output).Data];

    /// <summary>Of as many arrays from one on as a list holds.</summary>
    private SemaphoreList Staged(string purpose, int first, int end)
    {
        var uses = new SemaphoreUse[Math.Min(SemaphoreList.MaximumLength, end - first)];
        for (var i = 0; i < uses.Length; i++)
        {
            uses[i] = Staged(purpose, first + i);
        }

        return SemaphoreList.Create(uses);
    }

    private SemaphoreUse Staged(string purpose, int array) => _context.Stream.Semaphore(purpose, array);
}
