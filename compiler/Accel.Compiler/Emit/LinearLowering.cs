using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// A matrix product: tiles of rows of the matrix go round the arrays. While an array works on one tile, the next stream into its other
/// slots and the sums of the last are read out of the other half of its accumulators.
/// </summary>
internal sealed class LinearLowering
{
    private readonly EmitContext _context;
    private readonly QuantizedLinear _op;
    private readonly WeightRecord _record;
    private readonly MatMulTile _tile;
    private readonly Segment _segment;
    private readonly Block _bias;
    private readonly bool _isLogits;
    private readonly Segment? _output;
    private readonly Block[] _staging;

    private LinearLowering(EmitContext context, QuantizedLinear op)
    {
        (_context, _op, _record) = (context, op, new(op.Weight, context.Machine));
        _segment = context.Dram.Matrix(op.Weight);
        var shape = new MatMulShape(context.MostTokens, op.Weight.Rows / op.Blocks, op.Weight.Columns, op.Weight.GroupSize, op.Weight.CodeBits, _record.RowStep);
        _tile = context.Weights.TileOf(context.Machine, shape);
        context.Tiles[context.CurrentOp] = _tile;
        _bias = op.Bias is { } bias ? context.Constant(context.Dram.Vector(bias)) : default;
        _isLogits = op.Output == context.Plan.Graph.Logits;
        _output = _isLogits ? context.Dram.Buffer("logits", SegmentKind.Output, (long)context.RingTokens * op.Output.Width * ElementBytes) : null;
        _staging = _isLogits
            ? [.. Enumerable.Range(0, context.Machine.Arrays).Select(_ => context.Temporary(DoubleBuffer.Slots * StagingBytes))]
            : [];
    }

    private int ElementBytes => EmitContext.ElementBytes(_op.Output);

    /// <summary>Parts of the depth.</summary>
    private int Parts => (_op.Weight.Columns + _tile.Depth - 1) / _tile.Depth;

    private long StagingBytes => (long)_context.MostTokens * _tile.Outputs * ElementBytes;

    public static void Emit(EmitContext context, QuantizedLinear op) => new LinearLowering(context, op).Emit();

    private void Emit()
    {
        var (stream, arrays) = (_context.Stream, _context.Machine.Arrays);
        for (var array = 0; array < arrays; array++)
        {
            stream.Acquire(new(UnitKind.Array, array), Reads(), Writes(array));
            if (_isLogits)
            {
                stream.Acquire(_context.Machine.DataDma, [_staging[array]], []);
                stream.AddRaw(new Synchronize(_context.Machine.DataDma) { Signals = [Staged("free", array) with { Count = DoubleBuffer.Slots }] });
            }
        }

        for (var block = 0; block < _op.Blocks; block++)
        {
            EmitBlock(block);
        }

        for (var array = 0; array < arrays; array++)
        {
            if (_isLogits)
            {
                stream.AddRaw(new Synchronize(new UnitId(UnitKind.Array, array)) { Waits = [Staged("free", array) with { Count = DoubleBuffer.Slots }] });
                stream.Release(_context.Machine.DataDma, [_staging[array]], []);
            }

            stream.Release(new(UnitKind.Array, array), Reads(), Writes(array));
        }
    }

    private Block[] Reads()
    {
        var place = _context.Place(_op.Input);
        return _op.Bias is null ? [place.Data, place.Scale] : [place.Data, place.Scale, _bias];
    }

    private Block[] Writes(int array) => _isLogits ? [_staging[array]] : [_context.Place(_op.Output).Data];

    /// <summary>Whole rounds of all arrays as a loop, then the tiles that are left.</summary>
    private void EmitBlock(int block)
    {
        var (arrays, rows) = (_context.Machine.Arrays, _op.Weight.Rows / _op.Blocks);
        var (whole, rest) = (rows / _tile.Outputs, rows % _tile.Outputs);
        var rounds = whole / arrays;
        if (rounds > 1)
        {
            _context.Stream.Loop(rounds, round => EmitRound(block, round));
            for (var array = 0; array < arrays; array++)
            {
                _context.Weights.Used(array) += (long)rounds * Parts;
                _context.Weights.Tiles(array) += rounds;
            }
        }

        for (var index = rounds > 1 ? rounds * arrays : 0; index < whole + (rest > 0 ? 1 : 0); index++)
        {
            var array = index % arrays;
            EmitTile(array, block, index, index < whole ? _tile.Outputs : rest, _context.Weights.Used(array), _context.Weights.Tiles(array));
            _context.Weights.Used(array) += Parts;
            _context.Weights.Tiles(array)++;
        }
    }

    private void EmitRound(int block, Register round)
    {
        var arrays = _context.Machine.Arrays;
        for (var array = 0; array < arrays; array++)
        {
            EmitTile(
                array, block, (round * arrays) + array, _tile.Outputs, (round * Parts) + _context.Weights.Used(array), round + _context.Weights.Tiles(array));
        }
    }

    /// <param name="index">Of the tile within the block.</param>
    /// <param name="used">Ordinal of the tile's first slot filling, on this array.</param>
    /// <param name="ordinal">Ordinal of the tile on this array.</param>
    private void EmitTile(int array, int block, Expression index, int outputs, Expression used, Expression ordinal)
    {
        var (stream, weight) = (_context.Stream, _op.Weight);
        var mark = stream.RegisterMark;
        var half = Remainder(ordinal, DoubleBuffer.Slots);
        var firstRow = (index * _tile.Outputs) + ((long)block * (weight.Rows / _op.Blocks));
        var sums = half * _context.Machine.HalfAccumulator;
        void Part(Expression part, int depth, bool isFirst)
        {
            var inner = stream.RegisterMark;
            EmitPart(array, block, firstRow, outputs, part, depth, used + part, sums, isFirst);
            stream.ReleaseRegisters(inner);
        }

        // A row that is cut: its first part begins the sums, the last may be shorter, those between are alike.
        Part(0, Math.Min(_tile.Depth, weight.Columns), true);
        if (Parts > 3)
        {
            stream.Loop(Parts - 2, between => Part((Expression)between + 1, _tile.Depth, false));
        }
        else if (Parts == 3)
        {
            Part(1, _tile.Depth, false);
        }

        if (Parts > 1)
        {
            Part(Parts - 1, weight.Columns - ((Parts - 1) * _tile.Depth), false);
        }

        Drain(array, firstRow, outputs, sums, half);
        stream.ReleaseRegisters(mark);
    }

    /// <summary>The product of some outputs with one part of the depth.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="filling">Ordinal of the slot filling, on this array.</param>
    private void EmitPart(
        int array, int block, Expression firstRow, int outputs, Expression part, int depth, Expression filling, Expression sums, bool isFirst)
    {
        var size = EmitContext.ElementBytes(_op.Input);
        var slot = (Remainder(filling, WeightTraffic.SlotsPerArray) * _context.Weights.SlotBytes) + _context.Weights.Slots(array).Start;
        var (codes, mantissas) = Load(array, firstRow, outputs, part, depth, slot);
        var input = _context.Place(_op.Input).Data.Start + ((long)block * _op.Weight.Columns * size);
        _context.Stream.AddRaw(new MatMul(
            new View(EmitContext.TypeOf(_op.Input), (part * ((long)_tile.Depth * size)) + input, depth)
            {
                Rows = _context.Tokens,
                RowStride = (long)_op.Input.Width * size,
            },
            codes,
            outputs,
            mantissas,
            sums,
            outputs,
            Accumulate: !isFirst)
        {
            Array = array,
            Fold = _tile.Fold,
            Dataflow = _tile.Dataflow,
            Waits = [_context.Weights.Full(array)],
            Signals = [_context.Weights.Free(array)],
        });
    }

    /// <summary>Fills a slot.</summary>
    private (CodeMatrix Codes, Mantissas Mantissas) Load(int array, Expression firstRow, int outputs, Expression part, int depth, Expression slot)
    {
        var weight = _op.Weight;
        var isWhole = depth == weight.Columns;
        var codeStride = isWhole ? _record.Stride : (_record.CodeBytes(depth) + 1) / 2 * 2;
        var groups = (depth + weight.GroupSize - 1) / weight.GroupSize;
        var (mantissaAddress, mantissaStride) = isWhole ? (slot + _record.MantissaOffset, _record.Stride) : (slot + (codeStride * outputs), 2L * groups);
        var (free, full) = (_context.Weights.Free(array), _context.Weights.Full(array));
        var dram = (firstRow * _record.Stride) + _segment.Start;
        if (isWhole)
        {
            _context.Stream.AddRaw(new Load(TrafficClass.Weights, dram, slot, new Box(outputs * _record.Stride))
            {
                Channel = Machine.WeightChannel,
                Waits = [free],
                Signals = [full],
            });
        }
        else
        {
            var codes = new Box(_record.CodeBytes(depth)) { Rows = outputs, DramRowStride = _record.Stride, ScratchpadRowStride = codeStride };
            _context.Stream.AddRaw(new Load(
                TrafficClass.Weights, dram + (part * _record.CodeBytes(_tile.Depth)), slot, codes) { Channel = Machine.WeightChannel, Waits = [free] });
            var mantissas = new Box(2L * groups) { Rows = outputs, DramRowStride = _record.Stride, ScratchpadRowStride = mantissaStride };
            _context.Stream.AddRaw(new Load(
                TrafficClass.Weights, dram + _record.MantissaOffset + (part * (2L * (_tile.Depth / weight.GroupSize))), mantissaAddress, mantissas)
            {
                Channel = Machine.WeightChannel,
                Signals = [full],
            });
        }

        return (
            new CodeMatrix(_record.Format, slot, codeStride),
            new Mantissas(mantissaAddress, mantissaStride, Math.Min(weight.GroupSize, depth)));
    }

    /// <summary>Sums to lanes; logits go on to memory tile by tile.</summary>
    private void Drain(int array, Expression firstRow, int outputs, Expression sums, Expression half)
    {
        var (tokens, output, size) = (_context.Tokens, _op.Output, ElementBytes);
        var address = _isLogits
            ? (half * StagingBytes) + _staging[array].Start
            : (firstRow * size) + _context.Place(output).Data.Start;
        var rowStride = (long)(_isLogits ? outputs : output.Width) * size;
        var lanes = new View(EmitContext.TypeOf(output), address, outputs) { Rows = tokens, RowStride = rowStride };
        var drain = new Drain(
            sums,
            outputs,
            lanes,
            View.Scalars(LaneType.I32, _context.Place(_op.Input).Scale.Start, tokens),
            _op.Bias is null ? null : View.Row(LaneType.I32, (firstRow * 4) + _bias.Start, outputs),
            _op.SumShift,
            _op.OutputShift,
            output.Format.Limit) { Array = array };
        if (!_isLogits)
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

        _context.Stream.AddRaw(new Store(TrafficClass.Output, (firstRow * size) + _output!.Start, address, new Box((long)outputs * size)
        {
            Rows = tokens,
            DramRowStride = (long)output.Width * size,
            ScratchpadRowStride = rowStride,
        })
        {
            Channel = _context.Machine.DataChannel,
            Waits = [full],
            Signals = [Staged("free", array)],
        });
    }

    private SemaphoreUse Staged(string state, int array) => _context.Stream.Semaphore($"logits {state} {array}");

    /// <summary>The remainder: a constant, or a register for it.</summary>
    private Expression Remainder(Expression number, int divisor)
    {
        if (number.IsConstant)
        {
            return number.Constant % divisor;
        }

        var register = _context.Stream.NewRegister();
        _context.Stream.Set(register, SetFunction.Modulo, number, divisor);
        return register;
    }
}
