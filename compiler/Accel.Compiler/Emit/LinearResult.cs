using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Where a product's sums go as lanes: to the scratchpad; logits on to memory, tile by tile, over a DMA channel for each array.</summary>
internal sealed class LinearResult
{
    private readonly EmitContext _context;
    private readonly QuantizedLinear _op;
    private readonly Block _bias;
    private readonly Segment? _logits;
    private readonly Block[] _staging;

    /// <param name="outputs">Most outputs of a tile.</param>
    public LinearResult(EmitContext context, QuantizedLinear op, int outputs)
    {
        (_context, _op) = (context, op);
        _bias = op.Bias is { } bias ? context.Constant(context.Dram.Vector(bias)) : default;
        StagingBytes = (long)context.MostTokens * outputs * ElementBytes;
        var isLogits = op.Output == context.Plan.Graph.Logits;
        _logits = isLogits ? context.Dram.Buffer("logits", SegmentKind.Output, (long)context.BufferTokens * op.Output.Width * ElementBytes) : null;
        _staging = isLogits
            ? [.. Enumerable.Range(0, context.Machine.Arrays).Select(_ => context.Temporary(DoubleBuffer.Slots * StagingBytes))]
            : [];
    }

    private int ElementBytes => EmitContext.ElementBytes(_op.Output);

    private long StagingBytes { get; }

    /// <summary>All arrays wait until they may read what a product reads, and write here.</summary>
    public void Acquire(Block[] reads)
    {
        var stream = _context.Stream;
        for (var array = 0; array < _context.Machine.Arrays; array++)
        {
            stream.Acquire(new(UnitKind.Array, array), [.. reads, .. Reads()], Writes(array));
            if (_logits is not null)
            {
                stream.Acquire(ChannelOf(array), [_staging[array]], []);
                stream.AddRaw(new Synchronize(ChannelOf(array)) { Signals = [Staged("free", array) with { Count = DoubleBuffer.Slots }] });
            }
        }
    }

    /// <summary>All arrays are done.</summary>
    public void Release(Block[] reads)
    {
        var stream = _context.Stream;
        for (var array = 0; array < _context.Machine.Arrays; array++)
        {
            if (_logits is not null)
            {
                stream.AddRaw(new Synchronize(new UnitId(UnitKind.Array, array)) { Waits = [Staged("free", array) with { Count = DoubleBuffer.Slots }] });
                stream.Release(ChannelOf(array), [_staging[array]], []);
            }

            stream.Release(new(UnitKind.Array, array), [.. reads, .. Reads()], Writes(array));
        }
    }

    /// <summary>Reads out one half of an array's accumulators.</summary>
    public void Drain(int array, Expression firstRow, int outputs, Expression half)
    {
        var (tokens, output, size) = (_context.Tokens, _op.Output, ElementBytes);
        var address = _logits is not null
            ? (half * StagingBytes) + _staging[array].Start
            : (firstRow * size) + _context.Place(output).Data.Start;
        var rowStride = (long)(_logits is not null ? outputs : output.Width) * size;
        var lanes = new View(EmitContext.TypeOf(output), address, outputs) { Rows = tokens, RowStride = rowStride };
        var drain = new Drain(
            half * _context.Machine.HalfAccumulator,
            outputs,
            lanes,
            View.Scalars(LaneType.I32, _context.Place(_op.Input).Scale.Start, tokens),
            _op.Bias is null ? null : View.Row(LaneType.I32, (firstRow * 4) + _bias.Start, outputs),
            _op.SumShift,
            _op.OutputShift,
            output.Format.Limit) { Array = array };
        if (_logits is null)
        {
            _context.Stream.AddRaw(drain);
            return;
        }

        var full = Staged("full", array);
        _context.Stream.AddRaw(drain with { Waits = [Staged("free", array)], Signals = [full] });
        if (_context.Options.Taps)
        {
            _context.Stream.AddRaw(new Tap(new UnitId(UnitKind.Array, array), output.Id, lanes, 0, firstRow));
        }

        _context.Stream.AddRaw(new Store(TrafficClass.Output, (firstRow * size) + _logits.Start, address, new Box((long)outputs * size)
        {
            Rows = tokens,
            DramRowStride = (long)output.Width * size,
            ScratchpadRowStride = rowStride,
        })
        {
            Channel = ChannelOf(array).Index,
            Waits = [full],
            Signals = [Staged("free", array)],
        });
    }

    /// <summary>Arrays store over channels of their own as far as there are: a channel takes one store after the other.</summary>
    private UnitId ChannelOf(int array) => new(UnitKind.Dma, _context.Machine.DataChannel - (array % Math.Max(1, _context.Machine.DataChannel)));

    private Block[] Reads() => _op.Bias is null ? [] : [_bias];

    private Block[] Writes(int array) => _logits is not null ? [_staging[array]] : [_context.Place(_op.Output).Data];

    private SemaphoreUse Staged(string state, int array) => _context.Stream.Semaphore($"logits {state} {array}");
}
