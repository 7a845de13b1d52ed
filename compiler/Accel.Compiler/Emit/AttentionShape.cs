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
    /// Tokens whose queries go through the keys together. Each block takes the keys up to its own last token: the fewer tokens, the less is
    /// computed that no query sees; the more, the less often keys are fetched and tiles are set up. Measured best of 16 to 256 for 1B and 8B.
    /// </summary>
    private const int QueryBlock = 64;

    public AttentionShape(EmitContext context, QuantizedAttention op)
    {
        (Context, Op) = (context, op);
        (Keys, Values) = (new(context, op.Keys), new(context, op.Values));
        Group = op.Heads / op.KeyHeads;
        MostQueries = (int)BlockOf(context.MostTokensOfSequence);
        NeedsMask = MostQueries > 1;
        Lanes = context.Plan.KeepsScores ? CountLanes() : 1;
        KeepsScores = !context.Plan.KeepsScores || Rows * Keys.Slots * 4 * Lanes <= context.Machine.Shape.ScratchpadBytes / 8;
        Tile = ChooseTile();
        ScoreDataflow = TileSearch.CheapestDataflow(context.Machine, (int)Rows, new(Tile, op.HeadWidth, op.HeadWidth, op.Keys.CodeBits));
        ValueDataflow = TileSearch.CheapestDataflow(context.Machine, (int)Rows, new(op.ValueWidth, Tile, Tile, op.Values.CodeBits));
        QueryCodes = context.Temporary((long)context.MostTokens * op.Query.Width * op.QueryBits / 8);
        QueryScales = context.Temporary(4L * context.MostTokens * op.Heads);
        var stream = context.Stream;
        Tiles = new(stream, Keys.Slots, op.Window, Tile);
        (ScoreSlot, ScaleSlot, ValueSlot) = (new(stream), new(stream), new(stream));
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

    /// <summary>Of keys and scores.</summary>
    public SlotCounter ScoreSlot { get; }

    /// <summary>Of scales of values.</summary>
    public SlotCounter ScaleSlot { get; }

    /// <summary>Of values and their weights.</summary>
    public SlotCounter ValueSlot { get; }

    public LaneType QueryType => Op.QueryBits == 8 ? LaneType.I8 : LaneType.I16;

    /// <summary>Queries of a key head in a block.</summary>
    public long Rows => (long)MostQueries * Group;

    /// <summary>Tokens of a block, of so many.</summary>
    public static long BlockOf(int tokens) => Math.Min(tokens, QueryBlock);

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

    /// <summary>As many keys as a quarter of the scratchpad and half the accumulators hold.</summary>
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
        var tile = Math.Min(Keys.Slots, GreatestTile);
        while (tile > 1 && (tile * perKey * Lanes > machine.Shape.ScratchpadBytes / 4 || Rows * tile > half))
        {
            tile = (tile + 1) / 2;
        }

        return tile;
    }
}
