using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>One number per query of a key head, <c>[tokens, queries of the head]</c>: running maxima and sums, and the division at the end.</summary>
internal sealed class AttentionRows
{
    private readonly EmitContext _context;
    private readonly QuantizedAttention _op;
    private readonly int _group;
    private readonly Action<Command> _add;

    /// <param name="rows">Queries of a key head, at most.</param>
    /// <param name="add">Gives a command to the lane's units.</param>
    public AttentionRows(EmitContext context, QuantizedAttention op, long rows, int group, Action<Command> add)
    {
        (_context, _op, _group, _add) = (context, op, group, add);
        Block Scalars(int bytes) => context.Temporary(bytes * rows);
        Blocks = [Scalars(4), Scalars(4), Scalars(4), Scalars(8), Scalars(4), Scalars(8), Scalars(4), context.Temporary(8 * rows * op.ValueWidth)];
    }

    public Block[] Blocks { get; }

    /// <summary>The greatest score so far.</summary>
    public View Greatest => Scalar(LaneType.I32, 0);

    /// <summary>The greatest scale of a value so far, at least 1.</summary>
    public View GreatestScale => Scalar(LaneType.I32, 1);

    /// <summary>Places by which scales of values are raised.</summary>
    public View Headroom => Scalar(LaneType.I32, 2);

    /// <summary>Sum of probabilities so far.</summary>
    public View Denominator => Scalar(LaneType.I64, 3);

    /// <summary>All queries of a key head, token by token.</summary>
    /// <param name="stride">Bytes from query to query; columns without gaps if not given.</param>
    public View Rows(LaneType type, Expression address, Expression columns, long stride) => new(type, address, columns)
    {
        Planes = _context.TokensOfSequence,
        PlaneStride = _group * stride,
        Rows = _group,
        RowStride = stride,
    };

    public View Rows(LaneType type, Expression address, int columns) => Rows(type, address, columns, (long)columns * type.ByteSize());

    /// <summary>Before the first tile.</summary>
    public void Clear()
    {
        _add(new Elementwise(LaneFunction.Move, (long)int.MinValue, 0, Greatest, 0, 0));
        _add(new Elementwise(LaneFunction.Move, 1L, 0, GreatestScale, 0, 0));
        _add(new Elementwise(LaneFunction.Move, 0L, 0, Denominator, 0, 0));
    }

    /// <summary>Between the passes: scales of values rise to 15 bits.</summary>
    public void FindHeadroom()
    {
        _add(new Apply(UnaryFunction.Headroom, GreatestScale, Headroom));
        _add(new Elementwise(LaneFunction.Move, Headroom, 0, Headroom, 0, 0) { Addend = -16L });
    }

    /// <summary>Behind the last tile: weighted sums over the sum of probabilities, in the output's format.</summary>
    public void Divide(View sums, Expression head, SemaphoreUse ready, SemaphoreUse done)
    {
        var (places, mantissa, reciprocal) = (Scalar(LaneType.I32, 4), Scalar(LaneType.I64, 5), Scalar(LaneType.I32, 6));
        _add(new Apply(UnaryFunction.BitLength, Denominator, places));
        _add(new Elementwise(LaneFunction.Move, places, 0, places, 0, 0) { Addend = -24L });
        _add(new Elementwise(LaneFunction.Move, Denominator, 0, mantissa, 0, 0) { ShiftBy = places, Truncate = true });
        _add(new Apply(UnaryFunction.Reciprocal, mantissa, reciprocal));

        var quotients = Rows(LaneType.I64, Blocks[7].Start, _op.ValueWidth);
        _add(new Elementwise(LaneFunction.Move, sums, 0, quotients, 0, 0) { ShiftBy = places, Waits = [ready], Signals = [done] });
        if (_op.NumeratorShift != 0)
        {
            _add(new Elementwise(LaneFunction.Move, quotients, 0, quotients, _op.NumeratorShift, 0));
        }

        _add(new Elementwise(LaneFunction.Multiply, quotients, reciprocal, quotients, 31, 0));
        var size = EmitContext.ElementBytes(_op.Output);
        var row = (long)_op.ValueWidth * size;
        var output = new View(EmitContext.TypeOf(_op.Output), (head * (_group * row)) + (_context.Row * ((long)_op.Output.Width * size)) + _context.Place(_op.Output).Data.Start, _op.ValueWidth)
        {
            Planes = _context.TokensOfSequence,
            PlaneStride = (long)_op.Output.Width * size,
            Rows = _group,
            RowStride = row,
        };
        _add(new Elementwise(LaneFunction.Multiply, quotients, (long)_op.ValueMantissa, output, _op.OutputShift, _op.Output.Format.Limit)
        {
            ShiftBy = Headroom,
        });
    }

    private View Scalar(LaneType type, int block) => Rows(type, Blocks[block].Start, 1);
}
