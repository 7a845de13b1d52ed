using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Some channels' way through Mamba's recurrence on one vector unit, token after token: <c>[channels, N]</c> lanes each.</summary>
internal sealed class ScanLane
{
    /// <summary>Bytes of scratchpad per state of a token, at most: products of 64 bits twice, decay, state, and the rate of decay.</summary>
    public const int BytesPerElement = 8 + 8 + 4 + 4 + 2;

    private readonly EmitContext _context;
    private readonly QuantizedSelectiveScan _op;
    private readonly UnitId _vector;
    private readonly StatePlace _place;
    private readonly Block _skipWeights;
    private readonly Block _state;
    private readonly Block _rates;
    private readonly Block _wide;
    private readonly Block _decay;
    private readonly Block _input;
    private readonly Block _step;
    private readonly Block _sum;
    private readonly Block _skip;
    private int _first;
    private int _channels;

    /// <param name="vector">Number of the vector unit.</param>
    /// <param name="channels">Most channels at once.</param>
    /// <param name="skipWeights">All channels' factors of the input.</param>
    public ScanLane(EmitContext context, QuantizedSelectiveScan op, int vector, int channels, Block skipWeights)
    {
        (_context, _op, _vector, _skipWeights) = (context, op, new(UnitKind.Vector, vector), skipWeights);
        _place = context.Place(op.State);
        var elements = (long)channels * op.StateSize;
        _state = _place.OnChip ?? context.Temporary(4 * elements * context.MostSequences);
        (_rates, _wide, _decay, _input) = (context.Temporary(2 * elements), context.Temporary(8 * elements), context.Temporary(4 * elements), context.Temporary(8 * elements));
        (_step, _sum, _skip) = (context.Temporary(4L * channels), context.Temporary(8L * channels), context.Temporary(8L * channels));
    }

    private long Elements => (long)_channels * _op.StateSize;

    private long FirstBytes => 4L * _first * _op.StateSize;

    /// <summary>States of the sequence that a token belongs to.</summary>
    private Expression StateAddress(Expression token)
    {
        var first = _place.OnChip is null ? (Expression)_state.Start : _place.Of(_context.Sequence) + FirstBytes;
        return _context.IsBatch ? first + (token * (_place.OnChip is null ? 4 * Elements : _place.SequenceStride)) : first;
    }

    private Block[] Reads =>
    [
        _context.Place(_op.Input).Data, _context.Place(_op.Step).Data, _context.Place(_op.B).Data, _context.Place(_op.C).Data, _rates, _skipWeights,
    ];

    private Block[] Writes => [_state, _wide, _decay, _input, _step, _sum, _skip, _context.Place(_op.Output).Data];

    /// <summary>Takes up channels: their states and rates of decay come from memory.</summary>
    public void Begin(int first, int channels)
    {
        (_first, _channels) = (first, channels);
        var (stream, channel) = (_context.Stream, _context.Machine.DataChannel);
        if (_place.OnChip is null)
        {
            stream.Add(new Load(TrafficClass.State, _place.Of(_context.Sequence) + FirstBytes, _state.Start, _place.Parts(_context, 4 * Elements, 4 * Elements)) { Channel = channel });
        }

        var rates = _context.Dram.Vector(_op.Decay).Start + (2L * _first * _op.StateSize);
        stream.Add(new Load(TrafficClass.Weights, rates, _rates.Start, new Box(2 * Elements)) { Channel = channel });
        stream.Acquire(_vector, Reads, Writes);
    }

    /// <summary>Behind the last token: the states go back.</summary>
    public void End()
    {
        _context.Stream.Release(_vector, Reads, Writes);
        if (_place.OnChip is null)
        {
            _context.Stream.Add(new Store(
                TrafficClass.State, _place.Of(_context.Sequence) + FirstBytes, _state.Start, _place.Parts(_context, 4 * Elements, 4 * Elements)) { Channel = _context.Machine.DataChannel });
        }
    }

    /// <summary>One token.</summary>
    public void Step(Expression token)
    {
        Add(new Elementwise(
            LaneFunction.Multiply, PerChannel(_op.Step, token), Grid(LaneType.I16, _rates.Start), Grid(LaneType.I64, _wide.Start), _op.DecayShift, 0));
        Add(new Elementwise(LaneFunction.Maximum, Grid(LaneType.I64, _wide.Start), 0, Grid(LaneType.I64, _wide.Start), 0, 0));
        Add(new Apply(Isa.Commands.UnaryFunction.Exp2Negative, Grid(LaneType.I64, _wide.Start), Grid(LaneType.I32, _decay.Start))
        {
            ArgumentFraction = QuantizedRgLru.DecayFraction,
            ResultFraction = Exp2.Fraction,
        });
        Add(new Elementwise(
            LaneFunction.Multiply, Channels(_op.Step, token), Channels(_op.Input, token), View.Scalars(LaneType.I32, _step.Start, _channels), _op.StepShift, int.MaxValue));
        var steps = new View(LaneType.I32, _step.Start, _op.StateSize) { Rows = _channels, RowStride = 4, ColumnStride = 0 };
        Add(new Elementwise(LaneFunction.Multiply, steps, PerState(_op.B, token), Grid(LaneType.I64, _input.Start), _op.InputShift, 0));
        Add(new Scan(
            ScanForm.Added, Flat(LaneType.I32, _decay.Start), 0, Flat(LaneType.I64, _input.Start), Flat(LaneType.I32, StateAddress(token)),
            Flat(LaneType.I32, _decay.Start), Exp2.Fraction, 0, int.MaxValue));
        Add(new Elementwise(
            LaneFunction.Multiply, Grid(LaneType.I32, StateAddress(token)), PerState(_op.C, token), Grid(LaneType.I64, _wide.Start), 0, 0));
        Add(new Reduce(ReduceFunction.Sum, Grid(LaneType.I64, _wide.Start), View.Scalars(LaneType.I64, _sum.Start, _channels), false));
        Add(new Elementwise(
            LaneFunction.Multiply, Channels(_op.Input, token), View.Scalars(LaneType.I16, _skipWeights.Start + (2L * _first), _channels),
            View.Scalars(LaneType.I64, _skip.Start, _channels), _op.SkipShift, 0));
        Add(new Elementwise(
            LaneFunction.Move, View.Scalars(LaneType.I64, _sum.Start, _channels), 0, Channels(_op.Output, token), _op.OutputShift, _op.Output.Format.Limit)
        {
            Addend = View.Scalars(LaneType.I64, _skip.Start, _channels),
        });
    }

    private void Add(VectorCommand command) => _context.Stream.AddRaw(command with { Vector = _vector.Index });

    private View Grid(LaneType type, Expression address) => new(type, address, _op.StateSize) { Rows = _channels, RowStride = (long)_op.StateSize * type.ByteSize() };

    private View Flat(LaneType type, Expression address) => View.Row(type, address, Elements);

    /// <summary>A token's lanes, one per channel, repeated for each of its states.</summary>
    private View PerChannel(LaneValue value, Expression token) => Channels(value, token) with { Columns = _op.StateSize, ColumnStride = 0 };

    /// <summary>A token's lanes, one per state, repeated for each channel.</summary>
    private View PerState(LaneValue value, Expression token) => new(EmitContext.TypeOf(value), Row(value, token, 0), _op.StateSize) { Rows = _channels };

    /// <summary>A token's lanes, one per channel.</summary>
    private View Channels(LaneValue value, Expression token) => View.Scalars(EmitContext.TypeOf(value), Row(value, token, _first), _channels);

    private Expression Row(LaneValue value, Expression token, int first)
    {
        var size = EmitContext.ElementBytes(value);
        return (token * ((long)value.Width * size)) + (_context.Place(value).Data.Start + ((long)first * size));
    }
}
