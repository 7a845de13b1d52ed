using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// A matrix product: tiles of rows of the matrix go round the arrays. While an array works on one tile, the next stream into its other
/// slots and the sums of the last are read out of the other half of its accumulators. Where rows are cut along their depth, all arrays take
/// their first parts, then all their second ones, so that none waits for another's.
/// </summary>
internal sealed class LinearLowering
{
    private readonly EmitContext _context;
    private readonly QuantizedLinear _op;
    private readonly PanelLayout _layout;
    private readonly MatMulTile _tile;
    private readonly Segment _segment;
    private readonly Block _mantissas;
    private readonly LinearResult _result;

    private LinearLowering(EmitContext context, QuantizedLinear op)
    {
        (_context, _op, _layout) = (context, op, context.Matrices.LayoutOf(op.Weight));
        _segment = context.Dram.Matrix(op.Weight, _layout);
        _tile = context.Matrices.TileOf(op.Weight, context.MostTokens);
        context.Tiles[context.CurrentOp] = _tile;
        _mantissas = _layout.MantissaBytes > 0 ? context.Constant(context.Dram.Mantissas(op.Weight, _layout)) : default;
        _result = new(context, op, Math.Min(op.Weight.Rows, context.Machine.Arrays * _tile.Outputs));
    }

    /// <summary>A tile of a round.</summary>
    /// <param name="FirstRow">Of the matrix.</param>
    /// <param name="Filling">Ordinal of its first slot filling, on this array.</param>
    /// <param name="Half">Of the accumulators.</param>
    private readonly record struct Tile(int Array, Expression FirstRow, int Outputs, long Filling, Expression Half);

    /// <summary>Tiles that are worked on at once.</summary>
    /// <param name="Turn">Ordinal of the round; counted from the first that its loop repeats.</param>
    /// <param name="Index">Ordinal of the round in its block.</param>
    /// <param name="Rows">Of the matrix, in all its tiles.</param>
    private readonly record struct Round(int Block, Expression Turn, Expression Index, int Rows);

    public static void Emit(EmitContext context, QuantizedLinear op) => new LinearLowering(context, op).Emit();

    private void Emit()
    {
        var place = _context.Place(_op.Input);
        Block[] reads = [place.Data, place.Scale, .. _mantissas.Length > 0 ? [_mantissas] : Array.Empty<Block>()];
        if (_context.Stream.IsTrial)
        {
            // Rounds take no places.
            _result.TakeSemaphores(((_op.Weight.Rows / _op.Blocks) + _tile.Outputs - 1) / _tile.Outputs);
            return;
        }

        _result.Acquire(reads);
        for (var block = 0; block < _op.Blocks; block++)
        {
            EmitBlock(block);
        }

        _result.Release(reads);
    }

    /// <summary>Whole rounds of all arrays, as a loop where there are several, then the tiles that are left.</summary>
    private void EmitBlock(int block)
    {
        var (arrays, rows) = (_context.Machine.Arrays, _op.Weight.Rows / _op.Blocks);
        var perRound = Math.Min(rows, arrays * _tile.Outputs);
        var (rounds, rest) = (rows / (arrays * _tile.Outputs), rows % (arrays * _tile.Outputs));
        if (rounds > 1)
        {
            _context.Stream.Loop(rounds, round => EmitRound(new(block, round, round, perRound)));
        }
        else if (rounds == 1)
        {
            EmitRound(new(block, 0, 0, perRound));
        }

        Count(perRound, rounds);
        if (rest > 0)
        {
            EmitRound(new(block, 0, rounds, rest));
            Count(rest, 1);
        }
    }

    /// <summary>Books slots and accumulators that rounds have used.</summary>
    private void Count(int rows, int rounds)
    {
        for (var array = 0; array < (rows + _tile.Outputs - 1) / _tile.Outputs; array++)
        {
            _context.Weights.Used(array) += (long)rounds * _layout.Parts;
            _context.Weights.Tiles(array) += rounds;
        }
    }

    private void EmitRound(Round round)
    {
        var (stream, arrays, parts) = (_context.Stream, _context.Machine.Arrays, _layout.Parts);
        var mark = stream.RegisterMark;
        var halves = new Expression?[DoubleBuffer.Slots];
        var first = (round.Index * ((long)arrays * _tile.Outputs)) + ((long)round.Block * (_op.Weight.Rows / _op.Blocks));
        var tiles = new Tile[(round.Rows + _tile.Outputs - 1) / _tile.Outputs];
        for (var array = 0; array < tiles.Length; array++)
        {
            var outputs = Math.Min(_tile.Outputs, round.Rows - (array * _tile.Outputs));
            var half = Remainder(round.Turn, _context.Weights.Tiles(array), halves);
            tiles[array] = new(array, first + ((long)array * _tile.Outputs), outputs, _context.Weights.Used(array), half);
        }

        // The first part begins the sums, the last may be shorter, those between are alike.
        EmitPart(round, tiles, 0, _layout.DepthOf(0), true);
        if (parts > 3)
        {
            stream.Loop(parts - 2, between => EmitPart(round, tiles, (Expression)between + 1, _layout.Depth, false));
        }
        else if (parts == 3)
        {
            EmitPart(round, tiles, 1, _layout.Depth, false);
        }

        if (parts > 1)
        {
            EmitPart(round, tiles, parts - 1, _layout.DepthOf(parts - 1), false);
        }

        _result.BeginRound(round.Index, first, round.Rows);
        foreach (var tile in tiles)
        {
            _result.Drain(tile.Array, tile.FirstRow, tile.Outputs, tile.Half);
        }

        _result.EndRound(tiles.Length);
        stream.ReleaseRegisters(mark);
    }

    /// <summary>The products of a round's tiles with one part of the depth.</summary>
    private void EmitPart(Round round, Tile[] tiles, Expression part, int depth, bool isFirst)
    {
        var (stream, size) = (_context.Stream, EmitContext.ElementBytes(_op.Input));
        var mark = stream.RegisterMark;
        var slots = new Expression?[WeightTraffic.SlotsPerArray];
        var input = _context.Place(_op.Input).Data.Start + ((long)round.Block * _op.Weight.Columns * size);
        var activations = new View(EmitContext.TypeOf(_op.Input), (part * ((long)_layout.Depth * size)) + input, depth)
        {
            Rows = _context.Tokens,
            RowStride = (long)_op.Input.Width * size,
        };
        foreach (var tile in tiles)
        {
            var ordinal = Remainder((round.Turn * _layout.Parts) + part, tile.Filling, slots);
            var slot = (ordinal * _context.Weights.SlotBytes) + _context.Weights.Slots(tile.Array).Start;
            stream.AddRaw(new Load(
                TrafficClass.Weights,
                _layout.TileStart(round.Block, round.Index, round.Rows, tile.Array, _tile.Outputs, part, depth) + _segment.Start,
                slot,
                new Box(_layout.TileBytes(tile.Outputs, depth)))
            {
                Operator = stream.Operator,
                Channel = Machine.WeightChannel,
                Waits = [_context.Weights.Free(tile.Array)],
                Signals = [_context.Weights.Full(tile.Array)],
            });
            stream.AddRaw(new MatMul(
                activations,
                new CodeMatrix(_layout.Format, slot, _layout.RowBytes(depth)),
                tile.Outputs,
                Mantissas(tile, slot, depth),
                tile.Half * _context.Machine.HalfAccumulator,
                tile.Outputs,
                Accumulate: !isFirst)
            {
                Operator = stream.Operator,
                Array = tile.Array,
                Fold = _tile.Fold,
                Dataflow = _tile.Dataflow,
                Waits = [_context.Weights.Full(tile.Array)],
                Signals = [_context.Weights.Free(tile.Array)],
            });
        }

        stream.ReleaseRegisters(mark);
    }

    /// <summary>Behind the codes of each row, or in their own vector.</summary>
    private Mantissas Mantissas(Tile tile, Expression slot, int depth) => _mantissas.Length > 0
        ? new((tile.FirstRow * 2) + _mantissas.Start, 2, depth)
        : new(slot + _layout.MantissaOffset(depth), _layout.RowBytes(depth), Math.Min(_op.Weight.GroupSize, depth));

    /// <summary>The remainder of a number plus a constant: a constant, or a register that equal ones share.</summary>
    private Expression Remainder(Expression number, long more, Expression?[] known)
    {
        var offset = (int)((number.Constant + more) % known.Length);
        if (number.IsConstant)
        {
            return offset;
        }

        if (known[offset] is not { } remainder)
        {
            var register = _context.Stream.NewRegister();
            _context.Stream.Set(register, SetFunction.Modulo, number + (offset - number.Constant), known.Length);
            known[offset] = remainder = register;
        }

        return remainder;
    }
}
