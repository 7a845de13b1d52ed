using Accel.Compiler.Passes;
using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Ops;
using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>Where a value stands in the scratchpad, a row per token.</summary>
/// <param name="Data">Lanes or codes.</param>
/// <param name="Scale">Of codes: one 32-bit number per token; not used for lanes.</param>
internal readonly record struct ValuePlace(Block Data, Block Scale);

/// <summary>What is tried until a model fits a machine.</summary>
/// <param name="Tokens">Most tokens of a prefill run.</param>
/// <param name="Share">64ths of the scratchpad that are for weight tiles.</param>
/// <param name="Lanes">Vector units that may share a command, and key heads that attention may have at work at once.</param>
/// <param name="Residents">So many of the plan's resident states get scratchpad, the first ones.</param>
internal sealed record Fitting(int Tokens, int Share, int Lanes, int Residents);

/// <summary>An entry point's runs.</summary>
/// <param name="Name">Of the entry point.</param>
/// <param name="Tokens">At most.</param>
/// <param name="IsBatch">Each of a sequence of its own; else all of one.</param>
internal readonly record struct RunShape(string Name, int Tokens, bool IsBatch = false);

/// <summary>What the lowerings of one entry point share: the stream, scratchpad, memory, and where values stand.</summary>
internal sealed class EmitContext
{
    /// <summary>Vector units that share a command: each takes a register for its tokens, and a semaphore of a list that holds 8.</summary>
    private const int MostVectorUnits = 8;

    /// <summary>Rows of the run's own may stay until its end where they take no more than one part in so many of the scratchpad.</summary>
    private const int OwnRowsShare = 8;

    private readonly Dictionary<int, ValuePlace> _places = [];
    private readonly List<Block> _temporaries = [];
    private readonly ConstantLoads _constants;
    private readonly Dictionary<QuantizedState, Segment> _residents = new(ReferenceEqualityComparer.Instance);
    private int _op;

    /// <param name="isTrial">Whether only places are taken, and no commands made: everything fits if nothing is thrown.</param>
    public EmitContext(Machine machine, ModelPlan plan, CompilerOptions options, DramLayout dram, WeightPlan matrices, RunShape run, Fitting fit, bool isTrial)
    {
        (Machine, Plan, Options, Dram, Matrices, Run, MostLanes) = (machine, plan, options, dram, matrices, run, fit.Lanes);
        BufferTokens = Math.Max(fit.Tokens, options.Sequences);
        var tokens = run.Tokens;
        Scratchpad = new(machine.Name, machine.Shape.ScratchpadBytes);
        Stream = new(machine, Scratchpad, tokens, isTrial);
        Tokens = tokens == 1 ? 1 : Register.Tokens;
        TokensOfSequence = IsBatch ? 1 : Tokens;
        Sequence = options.Sequences == 1 ? 0 : Register.Sequence;
        Weights = new(machine, matrices.SlotBytes);
        UntilEnd = new(Scratchpad);
        _constants = new(this);
        VectorUnits = Math.Min(Math.Min(machine.Shape.VectorUnits, fit.Lanes), MostVectorUnits);
        HoldsOwnRows = MostTokensOfSequence == 1 && plan.KeepsScores && BytesOfOwnRows() <= machine.Shape.ScratchpadBytes / OwnRowsShare;
        Stream.Spread = VectorUnits > 1 ? new(Stream, VectorUnits, machine.Config.VectorUnits.Lanes, Tokens) : null;
        States = plan.StateSpace with { RunTokens = fit.Tokens };
        // First of all, so that they stand at the same place in every entry point.
        foreach (var state in plan.Residents.Take(fit.Residents))
        {
            var block = Scratchpad.Allocate(States.BytesOf(state));
            _residents.Add(state, new(state.Name, KindOf(state), block.Start, block.Length) { SequenceStride = States.Stride(state) });
        }
    }

    public Machine Machine { get; }

    public ModelPlan Plan { get; }

    public CompilerOptions Options { get; }

    public DramLayout Dram { get; }

    public LinearScanAllocator Scratchpad { get; }

    public CommandStream Stream { get; }

    /// <summary>How matrices lie in memory and are cut.</summary>
    public WeightPlan Matrices { get; }

    public WeightTraffic Weights { get; }

    public RunShape Run { get; }

    /// <summary>Most tokens of a run.</summary>
    public int MostTokens => Run.Tokens;

    /// <summary>Most tokens of a run of any entry point: what buffers in memory are laid out for.</summary>
    public int BufferTokens { get; }

    /// <summary>Whether each token of a run belongs to a sequence of its own.</summary>
    public bool IsBatch => Run.IsBatch;

    /// <summary>Most sequences of a run.</summary>
    public int MostSequences => IsBatch ? MostTokens : 1;

    /// <summary>Most tokens of a run in one sequence.</summary>
    public int MostTokensOfSequence => IsBatch ? 1 : MostTokens;

    /// <summary>Tokens in turn: those of this run in one sequence, or a block of them.</summary>
    public Expression TokensOfSequence { get; private set; }

    /// <summary>Position of the first of them: tokens that their sequence has seen.</summary>
    public Register Position { get; private set; } = Register.Position;

    /// <summary>The sequence in turn.</summary>
    public Expression Sequence { get; private set; }

    /// <summary>Row of the first of them among those of the run.</summary>
    public Expression Row { get; private set; } = 0;

    /// <summary>Keys and values of the run, one token of each sequence, may stay in the scratchpad until its end.</summary>
    public bool HoldsOwnRows { get; }

    /// <summary>What stays until the run's end, and what is done then.</summary>
    public RunEnd UntilEnd { get; }

    /// <summary>Key heads that attention may have at work at once.</summary>
    public int MostLanes { get; }

    /// <summary>How states are laid out.</summary>
    public StateSpace States { get; }

    /// <summary>States that live in the scratchpad.</summary>
    public IEnumerable<Segment> Residents => _residents.Values;

    /// <summary>Vector units that share the work of one op.</summary>
    public int VectorUnits { get; }

    /// <summary>Tokens of this run; a constant where there is only ever one.</summary>
    public Expression Tokens { get; }

    /// <summary>How the products of this entry point were cut, by op.</summary>
    public Dictionary<int, MatMulTile> Tiles { get; } = [];

    /// <summary>How the attentions of this entry point were cut, by op.</summary>
    public Dictionary<int, AttentionShape> Attentions { get; } = [];

    public int CurrentOp => _op;

    /// <summary>Scratchpad until the current op is done.</summary>
    public Block Temporary(long bytes)
    {
        var block = Scratchpad.Allocate(bytes);
        _temporaries.Add(block);
        return block;
    }

    /// <summary>Where an operand of the current op, or its result, stands.</summary>
    public ValuePlace Place(QuantizedValue value) => _places[value.Id];

    /// <summary>Lanes of a value, <c>[tokens, width]</c>.</summary>
    public View Lanes(LaneValue value) => View.Matrix(TypeOf(value), Place(value).Data.Start, Tokens, value.Width);

    /// <summary>Those of the sequence in turn.</summary>
    public View LanesOfSequence(LaneValue value) => OfSequence(Lanes(value));

    /// <summary>Of a view with a row per token those of the sequence in turn.</summary>
    public View OfSequence(View rows) => IsBatch ? rows with { Address = (Row * rows.RowStride) + rows.Address, Rows = 1 } : rows;

    /// <summary>A constant in scratchpad that lasts until the current op is done: on its way already, or loaded now.</summary>
    public Block Constant(Segment segment)
    {
        var block = _constants.Take(_op, segment);
        _temporaries.Add(block);
        return block;
    }

    public static LaneType TypeOf(LaneValue value) => value.Format.Bits == 16 ? LaneType.I16 : LaneType.I32;

    public static LaneType TypeOf(CodeValue value) => value.CodeBits == 8 ? LaneType.I8 : LaneType.I16;

    public static int ElementBytes(QuantizedValue value) => value is LaneValue lanes ? TypeOf(lanes).ByteSize() : TypeOf((CodeValue)value).ByteSize();

    /// <summary>Where a state of the running sequence lives.</summary>
    public StatePlace Place(QuantizedState state)
    {
        var isOnChip = _residents.TryGetValue(state, out var segment);
        segment ??= Dram.State(state.Name, KindOf(state), States.Stride(state));
        return new(
            isOnChip ? new Block(segment.Start, segment.Length) : null,
            segment.Start,
            segment.SequenceStride);
    }

    /// <summary>Adds what goes block by block through a sequence's tokens, each block as a run of its own: once, or in a loop.</summary>
    /// <param name="most">Tokens of a block.</param>
    public void EachBlock(int most, Action body)
    {
        if (MostTokensOfSequence <= most)
        {
            body();
            return;
        }

        var before = (Position, Row, TokensOfSequence);
        var mark = Stream.RegisterMark;
        var (blocks, position, count) = (Stream.NewRegister(), Stream.NewRegister(), Stream.NewRegister());
        Stream.Set(blocks, SetFunction.CeilingDivide, TokensOfSequence, most);
        Stream.Loop(blocks, block =>
        {
            Stream.Set(position, SetFunction.Add, before.Position, block * most);
            Stream.Set(count, SetFunction.Minimum, before.TokensOfSequence + (block * -most), most);
            (Position, Row, TokensOfSequence) = (position, block * most, count);
            body();
        });
        (Position, Row, TokensOfSequence) = before;
        Stream.ReleaseRegisters(mark);
    }

    /// <summary>What the hub does sequence by sequence, behind all that touched the blocks before.</summary>
    public void EachSequenceOnHub(Block[] reads, Block[] writes, Action body)
    {
        Stream.Acquire(Machine.Vector, reads, writes);
        EachSequence(body);
        Stream.Release(Machine.Vector, reads, writes);
    }

    /// <summary>
    /// Adds what goes sequence by sequence: once, or in a loop over the sequences of the run. The body's commands are added as they are.
    /// </summary>
    public void EachSequence(Action body)
    {
        if (!IsBatch)
        {
            body();
            return;
        }

        var before = (Position, Sequence, Row);
        Stream.Loop(Tokens, row =>
        {
            var (position, number) = (Stream.NewRegister(), Stream.NewRegister());
            Stream.Set(position, SetFunction.PositionOf, row, 0);
            Stream.Set(number, SetFunction.Add, (Expression)row + Register.Sequence, 0);
            (Position, Sequence, Row) = (position, number, row);
            body();
        });
        (Position, Sequence, Row) = before;
    }

    public bool IsResident(QuantizedState state) => _residents.ContainsKey(state);

    /// <summary>Emits all ops.</summary>
    public void EmitAll()
    {
        Weights.Start(this);
        _constants.Start();
        for (var op = 0; op < _constants.OpsAhead; op++)
        {
            _constants.LoadAhead(op);
        }

        for (_op = 0; _op < Plan.Ops.Count; _op++)
        {
            var op = Plan.Ops[_op];
            _constants.LoadAhead(_op + _constants.OpsAhead);
            Stream.Operator = _op;
            foreach (var operand in Plan.OperandsOf(_op))
            {
                if (!Plan.IsOnChip(operand, _op))
                {
                    Fetch(operand);
                }
            }

            var isLogits = op.Result == Plan.Graph.Logits;
            if (!isLogits)
            {
                _places[op.Result.Id] = Allocate(op.Result);
            }

            LoweringCatalogue.Emit(this, op);
            if (!isLogits)
            {
                ShowResult(op.Result);
                Retire(op.Result);
            }

            foreach (var operand in Plan.OperandsOf(_op))
            {
                Retire(operand);
            }

            foreach (var block in _temporaries)
            {
                Scratchpad.Free(block);
            }

            _temporaries.Clear();
        }

        UntilEnd.Finish(this);
        Weights.Finish(this);
    }

    /// <summary>Bytes of the keys and values that a run adds to caches.</summary>
    private long BytesOfOwnRows() =>
        Plan.Ops.SelectMany(op => op.States).OfType<CacheState>().Sum(cache => MostTokens * cache.Heads * (((long)cache.Width * cache.CodeBits / 8) + 2));

    public static SegmentKind KindOf(QuantizedState state) => state is CacheState ? SegmentKind.Cache : SegmentKind.State;

    private ValuePlace Allocate(QuantizedValue value) => new(
        Scratchpad.Allocate((long)MostTokens * value.Width * ElementBytes(value)),
        value is CodeValue ? Scratchpad.Allocate(4L * MostTokens) : default);

    /// <summary>Frees a value whose last reader on chip is the current op, or that was fetched for it alone.</summary>
    private void Retire(QuantizedValue value)
    {
        if (!_places.TryGetValue(value.Id, out var place) || Plan.IsOnChipAfter(value, _op))
        {
            return;
        }

        Scratchpad.Free(place.Data);
        if (value is CodeValue)
        {
            Scratchpad.Free(place.Scale);
        }

        _places.Remove(value.Id);
    }

    private void Fetch(QuantizedValue value)
    {
        if (!_places.TryGetValue(value.Id, out var place))
        {
            _places.Add(value.Id, place = Allocate(value));
        }

        foreach (var (dram, block, box) in Boxes(value, place))
        {
            Stream.Add(new Load(TrafficClass.Activations, dram, block.Start, box) { Channel = Machine.DataChannel });
        }
    }

    private void ShowResult(QuantizedValue value)
    {
        var place = _places[value.Id];
        if (Options.Taps)
        {
            var type = value is LaneValue lanes ? TypeOf(lanes) : TypeOf((CodeValue)value);
            Stream.Add(new Tap(Machine.Vector, value.Id, View.Matrix(type, place.Data.Start, Tokens, value.Width), 0, 0));
            if (value is CodeValue)
            {
                Stream.Add(new Tap(Machine.Vector, value.Id, View.Scalars(LaneType.I32, place.Scale.Start, Tokens), 0, value.Width));
            }
        }

        if (Plan.NeedsMemory(value))
        {
            foreach (var (dram, block, box) in Boxes(value, place))
            {
                Stream.Add(new Store(TrafficClass.Activations, dram, block.Start, box) { Channel = Machine.DataChannel });
            }
        }
    }

    private IEnumerable<(long Dram, Block Block, Box Box)> Boxes(QuantizedValue value, ValuePlace place)
    {
        var row = (long)value.Width * ElementBytes(value);
        var segment = Dram.Buffer($"value.{value.Id}", SegmentKind.Activations, BufferTokens * (row + 4));
        yield return (segment.Start, place.Data, new Box(Tokens * row));
        if (value is CodeValue)
        {
            yield return (segment.Start + (BufferTokens * row), place.Scale, new Box(Tokens * 4));
        }
    }
}
