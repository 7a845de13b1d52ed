using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>How an attention is cut, and the registers and blocks that all its lanes share.</summary>
internal sealed class AttentionShape
{
    private const int GreatestTile = 512;

    /// <summary>
    /// For the queries of one token: a product of few rows takes an array mostly the way through it, once for each tile. The shorter attention is, the less must
    /// be fetched ahead for memory not to wait.
    /// </summary>
    private const int GreatestTileOfToken = 2048;

    /// <summary>Scales are fetched by head where two heads' take no more than one part in so many of the scratchpad, else by tile.</summary>
    private const int HeadScaleShare = 16;

    /// <summary>Tiles are fetched ahead into one part of so many of the scratchpad, at most.</summary>
    private const int AheadShare = 4;

    /// <summary>
    /// Tokens whose queries go through the keys together. Each block takes the keys up to its own last token: the fewer tokens, the less is
    /// computed that no query sees; the more, the less often keys are fetched and tiles are set up. Measured best of 16 to 256 for 1B and 8B.
    /// </summary>
    private const int QueryBlock = 64;

    /// <summary>Slots of whose multiples a tile is fetched: they go once or more round all channels of the memory. Else 0.</summary>
    private readonly long _slotsOfStripe;
    private readonly Register _fetched;
    private readonly Register _scaleStripes;

    public AttentionShape(EmitContext context, QuantizedAttention op)
    {
        (Context, Op) = (context, op);
        (Keys, Values) = (new(context, op.Keys), new(context, op.Values));
        Group = op.Heads / op.KeyHeads;
        MostQueries = (int)BlockOf(context.MostTokensOfSequence);
        NeedsMask = MostQueries > 1;
        Lanes = context.Plan.KeepsScores ? CountLanes() : 1;
        HoldsOwn = context.HoldsOwnRows && (Keys.OnChip is null || Values.OnChip is null) && op.KeyHeads == Lanes;
        KeepsScores = !context.Plan.KeepsScores || Rows * Keys.Slots * 4 * Lanes <= context.Machine.Shape.ScratchpadBytes / 8;
        Tile = ChooseTile();
        ScoreDataflow = TileSearch.CheapestDataflow(context.Machine, (int)Rows, new(Tile, op.HeadWidth, op.HeadWidth, op.Keys.CodeBits));
        ValueDataflow = TileSearch.CheapestDataflow(context.Machine, (int)Rows, new(op.ValueWidth, Tile, Tile, op.Values.CodeBits));
        QueryCodes = context.Temporary((long)context.MostTokens * op.Query.Width * op.QueryBits / 8);
        QueryScales = context.Temporary(4L * context.MostTokens * op.Heads);
        var stream = context.Stream;
        Tiles = new(stream, Keys.Slots, op.Window, Tile);
        var ahead = HoldsOwn ? TilesAhead() : DoubleBuffer.Slots;
        (ScoreSlot, ValueSlot) = (new(stream), new(stream, ahead));
        // A row of the run's own takes no part in what comes from memory.
        (KeySlot, WeightSlot) = HoldsOwn ? (new(stream, ahead), new(stream)) : (ScoreSlot, ValueSlot);
        var scales = DoubleBuffer.Slots * Lanes * (RoomForScales(Keys) + RoomForScales(Values));
        HeadSlot = HoldsOwn && context.Dram.Unit > 1 && scales <= context.Machine.Shape.ScratchpadBytes / HeadScaleShare ? new(stream) : null;
        ScaleSlot = HeadSlot is null ? new(stream) : ScoreSlot;
        if (HoldsOwn && !Keys.IsRing && SlotsOfStripe is > 0 and var slots && Tile % slots == 0)
        {
            (_slotsOfStripe, _fetched) = (slots, stream.NewRegister());
        }

        _scaleStripes = HeadSlot is null || Keys.IsRing ? default : stream.NewRegister();
    }

    public EmitContext Context { get; }

    public QuantizedAttention Op { get; }

    public AttentionCache Keys { get; }

    public AttentionCache Values { get; }

    /// <summary>Query heads of a key head.</summary>
    public int Group { get; }

    /// <summary>Tokens of a block of queries, at most.</summary>
    public int MostQueries { get; }

    /// <summary>Whether some key of a tile is not for some query: a lone query sees all that is read.</summary>
    public bool NeedsMask { get; }

    /// <summary>
    /// The run's own key and value of each sequence stand in the scratchpad until the run's end; the caches hold those before. Where heads go in
    /// several rounds, the tile more in each costs more than stores in between: up to 4 % of a step of a small model, as measured.
    /// </summary>
    public bool HoldsOwn { get; }


    /// <summary>Key heads at work at once, each with an array, a vector unit and a DMA channel.</summary>
    public int Lanes { get; }

    /// <summary>Scores of all keys stay between the passes.</summary>
    public bool KeepsScores { get; }

    /// <summary>Most keys of a tile.</summary>
    public int Tile { get; }

    /// <summary>Of the product of queries and keys.</summary>
    public Dataflow ScoreDataflow { get; }

    /// <summary>Of the product of weights and values.</summary>
    public Dataflow ValueDataflow { get; }

    public Block QueryCodes { get; }

    public Block QueryScales { get; }

    /// <summary>The keys, tile by tile.</summary>
    public KeyTiles Tiles { get; }

    /// <summary>Of keys.</summary>
    public SlotCounter KeySlot { get; }

    /// <summary>Of scores.</summary>
    public SlotCounter ScoreSlot { get; }

    /// <summary>Of scales of values.</summary>
    public SlotCounter ScaleSlot { get; }

    /// <summary>Of the scales of whole heads; null where they are fetched by tile.</summary>
    public SlotCounter? HeadSlot { get; }

    /// <summary>Of values.</summary>
    public SlotCounter ValueSlot { get; }

    /// <summary>Of the values' weights.</summary>
    public SlotCounter WeightSlot { get; }

    public LaneType QueryType => Op.QueryBits == 8 ? LaneType.I8 : LaneType.I16;

    /// <summary>Queries of a key head in a block.</summary>
    public long Rows => (long)MostQueries * Group;

    /// <summary>Tokens of a block, of so many.</summary>
    public static long BlockOf(int tokens) => Math.Min(tokens, QueryBlock);

    /// <summary>Before a pass over a tile: its buffers take their turns, and what is fetched of it is counted.</summary>
    public void NextSlots(bool isSecondPass)
    {
        if (!isSecondPass || !KeepsScores)
        {
            ScoreSlot.Next();
        }

        if (isSecondPass)
        {
            WeightSlot.Next();
        }

        if (Tiles.IsOwn)
        {
            return;
        }

        if (HoldsOwn)
        {
            (isSecondPass ? ValueSlot : KeySlot).Next();
        }

        if (HoldsOwn && isSecondPass && !KeepsScores)
        {
            KeySlot.Next();
        }

        if (HeadSlot is null)
        {
            ScaleSlot.Next();
        }

        if (_slotsOfStripe > 0)
        {
            Context.Stream.Set(_fetched, SetFunction.CeilingDivide, Tiles.Columns, _slotsOfStripe);
        }
    }

    /// <summary>Before the first head.</summary>
    public void CountScales()
    {
        if (HeadSlot is not null && !Keys.IsRing)
        {
            Context.Stream.Set(_scaleStripes, SetFunction.CeilingDivide, (Expression)Tiles.Keys * 2, Context.Machine.Stripe);
        }
    }

    /// <summary>Bytes that are fetched for a tile's codes: whole stripes where that can be, so that all channels have the same to do.</summary>
    public Expression BytesOfTile(AttentionCache cache) => _slotsOfStripe > 0 ? _fetched * (_slotsOfStripe * cache.RowBytes) : Tiles.Columns * cache.RowBytes;

    /// <summary>Bytes that are fetched for the scales of a head: of a ring all, else of the slots that are in use, in whole stripes.</summary>
    public Expression BytesOfScales(AttentionCache cache) => cache.IsRing ? cache.ScaleBytes : _scaleStripes * Context.Machine.Stripe;

    /// <summary>Bytes of codes that are fetched with those of some slots, the cache's first ones, and not wanted.</summary>
    public long FillerOfCodes(AttentionCache cache, long slots) =>
        _slotsOfStripe > 0 && cache.OnChip is null ? (((slots + _slotsOfStripe - 1) / _slotsOfStripe * _slotsOfStripe) - slots) * cache.RowBytes : 0;

    /// <summary>Likewise of scales.</summary>
    public long FillerOfScales(AttentionCache cache, long slots)
    {
        var stripe = Context.Machine.Stripe;
        return HeadSlot is null || cache.OnChip is not null ? 0 : cache.IsRing ? cache.ScaleBytes - (2 * slots) : (((2 * slots) + stripe - 1) / stripe * stripe) - (2 * slots);
    }

    private static long RoomForScales(AttentionCache cache) => cache.OnChip is null ? cache.ScaleBytes : 0;

    private int CountLanes()
    {
        var machine = Context.Machine;
        var lanes = new[] { Context.MostLanes, machine.Arrays, machine.Shape.VectorUnits, machine.Shape.DmaChannels }.Min();
        while (Op.KeyHeads % lanes != 0)
        {
            lanes--;
        }

        return lanes;
    }

    /// <summary>
    /// Tiles of keys, and of values, that a lane has room for: all of them if they fit, so that memory never waits for what is computed of them.
    /// </summary>
    private int TilesAhead()
    {
        var room = Context.Machine.Shape.ScratchpadBytes / AheadShare / (Lanes * (long)Tile * (Keys.RowBytes + Values.RowBytes + 2));
        return (int)Math.Clamp(room, DoubleBuffer.Slots, Math.Max(DoubleBuffer.Slots, (Keys.Slots + Tile - 1) / Tile));
    }

    /// <summary>Slots whose keys, and whose values, are whole stripes; 0 if no number is, or if stripes do not matter.</summary>
    private int SlotsOfStripe =>
        Context.Dram.Unit is var unit && unit % Keys.RowBytes == 0 && unit % Values.RowBytes == 0 ? (int)(unit / Math.Min(Keys.RowBytes, Values.RowBytes)) : 0;

    /// <summary>As many keys as a quarter of the scratchpad and half the accumulators hold, in whole stripes where they matter.</summary>
    private int ChooseTile()
    {
        var machine = Context.Machine;
        var half = machine.HalfAccumulator;
        if (Rows * Math.Max(1, Op.ValueWidth) > half)
        {
            throw new CapacityException(
                machine.Name, "matmulArrays.accumulators", $"at least {2 * Rows * Op.ValueWidth} sums for attention", $"{machine.Shape.AccumulatorWords}");
        }

        var perKey = (2 * (Keys.RowBytes + Values.RowBytes + 4)) + (Rows * (8 + 2 + 4 + 4 + (KeepsScores ? 0 : 8)));
        var step = Math.Max(1, SlotsOfStripe);
        int Whole(int tile) => (tile + step - 1) / step * step;
        var tile = Whole(Math.Min(Keys.Slots, MostQueries == 1 ? GreatestTileOfToken : GreatestTile));
        while (tile > 1 && (tile * perKey * Lanes > machine.Shape.ScratchpadBytes / 4 || Rows * tile > half))
        {
            tile = tile > step ? Whole(tile / 2) : (tile + 1) / 2;
        }

        return tile;
    }
}
