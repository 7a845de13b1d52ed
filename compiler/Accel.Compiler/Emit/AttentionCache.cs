using Accel.Compiler.Quantization;
using Accel.Compiler.Scheduling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// Keys or values in memory: per head the codes of all slots, then per head the scales of all slots, so that a tile of one head's keys is
/// two contiguous runs. A window has as many slots more than keys as a run has tokens less one: no token of a run overwrites what an
/// earlier one still sees.
/// </summary>
internal sealed class AttentionCache
{
    private readonly EmitContext _context;
    private readonly CacheState _state;
    private readonly Segment _segment;

    public AttentionCache(EmitContext context, CacheState state, int window)
    {
        (_context, _state) = (context, state);
        Slots = window > 0 ? Math.Min(context.Options.ContextLength, window + context.RingTokens - 1) : context.Options.ContextLength;
        IsRing = Slots < context.Options.ContextLength;
        _segment = context.Dram.State(state.Name, SegmentKind.Cache, (long)state.Heads * Slots * (RowBytes + 2));
    }

    public int Slots { get; }

    public bool IsRing { get; }

    /// <summary>Bytes of the codes of one slot and head.</summary>
    public long RowBytes => (long)_state.Width * _state.CodeBits / 8;

    public CodeFormat Format => _state.CodeBits == 8 ? CodeFormat.Int8 : CodeFormat.Int16;

    private LaneType CodeType => _state.CodeBits == 8 ? LaneType.I8 : LaneType.I16;

    /// <summary>Address of a head's codes from a slot on.</summary>
    public Expression Codes(Expression head, Expression slot) => _context.StateAddress(_segment, (head * (Slots * RowBytes)) + (slot * RowBytes));

    /// <summary>Address of a head's scales from a slot on.</summary>
    public Expression Scales(Expression head, Expression slot) =>
        _context.StateAddress(_segment, (head * (2L * Slots)) + (slot * 2) + (_state.Heads * Slots * RowBytes));

    /// <summary>Codes the run's rows and stores them behind the others; where the ring ends, the rest goes to its start.</summary>
    /// <returns>What was stored, in the scratchpad: who may overwrite it finds the rows in memory.</returns>
    public Block[] Append(LaneValue value, Register slot, Register first, Register rest)
    {
        var (stream, heads, tokens) = (_context.Stream, _state.Heads, _context.Tokens);
        var codes = _context.Temporary(_context.MostTokens * heads * RowBytes);
        var scales = _context.Temporary(2L * _context.MostTokens * heads);
        var size = EmitContext.ElementBytes(value);
        stream.Add(new QuantizeRows(
            ByHead(EmitContext.TypeOf(value), _context.Place(value).Data.Start, _state.Width, (long)value.Width * size, (long)_state.Width * size),
            ByHead(CodeType, codes.Start, _state.Width, heads * RowBytes, RowBytes),
            ByHead(LaneType.U16, scales.Start, 1, 2, 2L * _context.MostTokens),
            null,
            1,
            0));
        if (IsRing)
        {
            // The second part may be empty; a loop of one round or none is the condition.
            var mark = stream.RegisterMark;
            var wraps = stream.NewRegister();
            stream.Set(wraps, SetFunction.Minimum, rest, 1);
            stream.Acquire(_context.Machine.DataDma, [codes, scales], []);
            Store(codes, scales, slot, 0, first);
            stream.Loop(wraps, _ => Store(codes, scales, 0, first, rest));
            stream.Release(_context.Machine.DataDma, [codes, scales], []);
            stream.ReleaseRegisters(mark);
        }
        else
        {
            stream.Acquire(_context.Machine.DataDma, [codes, scales], []);
            Store(codes, scales, Register.Position, 0, tokens);
            stream.Release(_context.Machine.DataDma, [codes, scales], []);
        }

        return [codes, scales];
    }

    private View ByHead(LaneType type, long address, int columns, long planeStride, long rowStride) =>
        new(type, address, columns) { Planes = _context.Tokens, PlaneStride = planeStride, Rows = _state.Heads, RowStride = rowStride };

    private void Store(Block codes, Block scales, Expression slot, Expression token, Expression count)
    {
        var (stream, channel, heads) = (_context.Stream, _context.Machine.DataChannel, _state.Heads);
        stream.AddRaw(new Store(TrafficClass.Cache, Codes(0, slot), (token * (heads * RowBytes)) + codes.Start, new Box(RowBytes)
        {
            Rows = count,
            DramRowStride = RowBytes,
            ScratchpadRowStride = heads * RowBytes,
            Planes = heads,
            DramPlaneStride = Slots * RowBytes,
            ScratchpadPlaneStride = RowBytes,
        }) { Channel = channel });
        stream.AddRaw(new Store(TrafficClass.Cache, Scales(0, slot), (token * 2) + scales.Start, new Box(count * 2)
        {
            Rows = heads,
            DramRowStride = 2L * Slots,
            ScratchpadRowStride = 2L * _context.MostTokens,
        }) { Channel = channel });
    }
}
