using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Keys or values: per head the codes of all slots, then per head the scales of all slots, each head's from a whole stripe on, so that a
/// tile of its keys is two contiguous runs. A cache that lives in the scratchpad lies the same way there, and is written and read in place.
/// </summary>
internal sealed class AttentionCache
{
    private readonly EmitContext _context;
    private readonly CacheState _state;
    private readonly StatePlace _place;
    private readonly long _codeStride;
    private readonly long _scaleStride;
    private Block _ownCodes;
    private Block _ownScales;

    public AttentionCache(EmitContext context, CacheState state)
    {
        (_context, _state) = (context, state);
        Slots = context.States.Slots(state.Slots);
        IsRing = Slots < context.Options.ContextLength;
        _place = context.Place(state);
        (_codeStride, _scaleStride) = (context.States.CodeStride(state), context.States.ScaleStride(state));
    }

    /// <summary>The scratchpad that the cache lives in; null if it lives in memory.</summary>
    public Block? OnChip => _place.OnChip;

    public int Slots { get; }

    public bool IsRing { get; }

    /// <summary>Bytes of the codes of one slot and head.</summary>
    public long RowBytes => (long)_state.Width * _state.CodeBits / 8;

    public CodeFormat Format => _state.CodeBits == 8 ? CodeFormat.Int8 : CodeFormat.Int16;

    private LaneType CodeType => _state.CodeBits == 8 ? LaneType.I8 : LaneType.I16;

    /// <summary>Address of a head's codes from a slot on.</summary>
    public Expression Codes(Expression head, Expression slot) => (head * _codeStride) + (slot * RowBytes) + _place.Of(_context.Sequence);

    /// <summary>Address of a head's scales from a slot on.</summary>
    public Expression Scales(Expression head, Expression slot) =>
        (head * _scaleStride) + (slot * 2) + (_state.Heads * _codeStride) + _place.Of(_context.Sequence);

    /// <summary>Bytes that the scales of one head may take.</summary>
    public long ScaleBytes => _scaleStride;

    /// <summary>Address of a head's codes of the run's own row, as long as that stands in the scratchpad.</summary>
    public Expression OwnCodes(Expression head) => (_context.Row * (_state.Heads * RowBytes)) + (head * RowBytes) + _ownCodes.Start;

    /// <summary>Address of a head's scale of the run's own row.</summary>
    public Expression OwnScales(Expression head) => (head * (2L * _context.MostTokens)) + (_context.Row * 2) + _ownScales.Start;

    /// <summary>
    /// Codes the run's rows, which stay in the scratchpad until the run's end and are stored only then: memory streams weights meanwhile, and
    /// its channels are best kept from turning round for a few bytes. A cache that lives there too takes them at once.
    /// </summary>
    /// <returns>Where they stand.</returns>
    public Block[] Hold(LaneValue value)
    {
        var (codes, scales) = (_context.MostTokens * _state.Heads * RowBytes, 2L * _context.MostTokens * _state.Heads);
        if (OnChip is { } home)
        {
            (_ownCodes, _ownScales) = (_context.Temporary(codes), _context.Temporary(scales));
            Encode(value, _ownCodes, _ownScales);
            AppendOnChip(value, home);
            return [_ownCodes, _ownScales];
        }

        (_ownCodes, _ownScales) = (_context.UntilEnd.Allocate(codes), _context.UntilEnd.Allocate(scales));
        Encode(value, _ownCodes, _ownScales);
        _context.UntilEnd.Leave(_context.CurrentOp, channel =>
        {
            Block[] own = [_ownCodes, _ownScales];
            _context.Stream.Acquire(new(UnitKind.Dma, channel), [], own);
            _context.EachSequence(() => EachRun((slot, token, count) => Store(_ownCodes, _ownScales, slot, token, count, channel)));
            _context.Stream.Release(new(UnitKind.Dma, channel), own, []);
        });
        return [_ownCodes, _ownScales];
    }

    /// <summary>Codes the run's rows and stores them behind the others; where the ring ends, the rest goes to its start.</summary>
    /// <returns>What was stored, in the scratchpad: who may overwrite it finds the rows in memory.</returns>
    public Block[] Append(LaneValue value)
    {
        if (_place.OnChip is { } home)
        {
            AppendOnChip(value, home);
            return [];
        }

        var (stream, heads) = (_context.Stream, _state.Heads);
        var codes = _context.Temporary(_context.MostTokens * heads * RowBytes);
        var scales = _context.Temporary(2L * _context.MostTokens * heads);
        Encode(value, codes, scales);
        stream.Acquire(_context.Machine.DataDma, [codes, scales], []);
        _context.EachSequence(() => EachRun((slot, token, count) => Store(codes, scales, slot, token, count, _context.Machine.DataChannel)));
        stream.Release(_context.Machine.DataDma, [codes, scales], []);
        return [codes, scales];
    }

    /// <summary>Codes of the run's rows token by token, their scales head by head.</summary>
    private void Encode(LaneValue value, Block codes, Block scales)
    {
        var (heads, tokens) = (_state.Heads, _context.Tokens);
        _context.Stream.Add(new QuantizeRows(
            Source(value, 0, tokens),
            ByHead(CodeType, codes.Start, _state.Width, tokens, heads * RowBytes, RowBytes),
            ByHead(LaneType.U16, scales.Start, 1, tokens, 2, 2L * _context.MostTokens),
            null,
            1,
            0));
    }

    /// <summary>Codes of the run's rows straight into their slots.</summary>
    private void AppendOnChip(LaneValue value, Block home)
    {
        QuantizeRows Rows(Expression slot, Expression token, Expression count) => new(
            Source(value, token, count),
            ByHead(CodeType, Codes(0, slot), _state.Width, count, RowBytes, _codeStride),
            ByHead(LaneType.U16, Scales(0, slot), 1, count, 2, _scaleStride),
            null,
            1,
            0);
        if (!IsRing && !_context.IsBatch)
        {
            _context.Stream.Add(Rows(Register.Position, 0, _context.Tokens));
            return;
        }

        _context.EachSequenceOnHub([_context.Place(value).Data], [home], () => EachRun((slot, token, count) => _context.Stream.AddRaw(Rows(slot, token, count))));
    }

    /// <summary>Rows of the sequence in turn that go to slots in a row: all of them, or those up to the ring's end and then the rest.</summary>
    /// <param name="body">Takes the first slot, the first row, and how many.</param>
    private void EachRun(Action<Expression, Expression, Expression> body)
    {
        var (stream, tokens) = (_context.Stream, _context.TokensOfSequence);
        if (!IsRing)
        {
            body(_context.Position, _context.Row, tokens);
            return;
        }

        var mark = stream.RegisterMark;
        var slot = stream.NewRegister();
        stream.Set(slot, SetFunction.Modulo, _context.Position, Slots);
        if (_context.MostTokensOfSequence == 1)
        {
            body(slot, _context.Row, 1);
        }
        else
        {
            var (first, rest) = (stream.NewRegister(), stream.NewRegister());
            stream.Set(first, SetFunction.Minimum, tokens, (slot * -1) + Slots);
            stream.Set(rest, SetFunction.Add, tokens, first * -1);
            body(slot, 0, first);
            IfAny(rest, () => body(0, first, rest));
        }

        stream.ReleaseRegisters(mark);
    }

    /// <summary>A loop of one round or none is the condition.</summary>
    private void IfAny(Expression count, Action body)
    {
        var stream = _context.Stream;
        var mark = stream.RegisterMark;
        var any = stream.NewRegister();
        stream.Set(any, SetFunction.Minimum, count, 1);
        stream.Loop(any, _ => body());
        stream.ReleaseRegisters(mark);
    }

    /// <summary>Lanes of some of the run's tokens, head by head.</summary>
    private View Source(LaneValue value, Expression token, Expression count)
    {
        var size = EmitContext.ElementBytes(value);
        var row = (long)value.Width * size;
        return ByHead(EmitContext.TypeOf(value), (token * row) + _context.Place(value).Data.Start, _state.Width, count, row, (long)_state.Width * size);
    }

    private View ByHead(LaneType type, Expression address, int columns, Expression tokens, long planeStride, long rowStride) =>
        new(type, address, columns) { Planes = tokens, PlaneStride = planeStride, Rows = _state.Heads, RowStride = rowStride };

    private void Store(Block codes, Block scales, Expression slot, Expression token, Expression count, int channel)
    {
        var (stream, heads) = (_context.Stream, _state.Heads);
        stream.AddRaw(new Store(TrafficClass.Cache, Codes(0, slot), (token * (heads * RowBytes)) + codes.Start, new Box(RowBytes)
        {
            Rows = count,
            DramRowStride = RowBytes,
            ScratchpadRowStride = heads * RowBytes,
            Planes = heads,
            DramPlaneStride = _codeStride,
            ScratchpadPlaneStride = RowBytes,
        }) { Channel = channel });
        stream.AddRaw(new Store(TrafficClass.Cache, Scales(0, slot), (token * 2) + scales.Start, new Box(count * 2)
        {
            Rows = heads,
            DramRowStride = _scaleStride,
            ScratchpadRowStride = 2L * _context.MostTokens,
        }) { Channel = channel });
    }
}
