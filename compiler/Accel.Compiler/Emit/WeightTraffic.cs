using Accel.Compiler.Scheduling;
using Accel.Compiler.Tiling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// The scratchpad through which all weight tiles of an entry point stream: two slots for each array, filled by DMA channels of their own as
/// soon as the array has read what was there. The slots belong to no operator, so the next operator's first tiles arrive while this one
/// still computes. Which slot a tile takes follows from its ordinal, which is known when the program is made.
/// </summary>
internal sealed class WeightTraffic
{
    private readonly Block[] _slots;
    private readonly long[] _used;
    private readonly long[] _tiles;
    private readonly Dictionary<MatMulShape, MatMulTile> _cuts = [];

    public WeightTraffic(Machine machine, long slotBytes)
    {
        SlotBytes = slotBytes;
        (_slots, _used, _tiles) = (new Block[machine.Arrays], new long[machine.Arrays], new long[machine.Arrays]);
    }

    /// <summary>Bytes of one slot.</summary>
    public long SlotBytes { get; }

    public Block Slots(int array) => _slots[array];

    /// <summary>How a product is cut; equal products are cut alike.</summary>
    public MatMulTile TileOf(Machine machine, MatMulShape shape)
    {
        if (!_cuts.TryGetValue(shape, out var tile))
        {
            _cuts.Add(shape, tile = TileSearch.Find(machine, shape, SlotBytes));
        }

        return tile;
    }

    /// <summary>Slot fillings of an array so far.</summary>
    public ref long Used(int array) => ref _used[array];

    /// <summary>Sums of an array drained so far.</summary>
    public ref long Tiles(int array) => ref _tiles[array];

    public static SemaphoreUse Free(EmitContext context, int array, int stripe) => context.Stream.Semaphore($"weights free {array} {stripe}");

    public static SemaphoreUse Full(EmitContext context, int array, int stripe) => context.Stream.Semaphore($"weights full {array} {stripe}");

    /// <summary>Reserves the slots and declares them free.</summary>
    public void Start(EmitContext context)
    {
        for (var array = 0; array < _slots.Length; array++)
        {
            _slots[array] = context.Scratchpad.Allocate(DoubleBuffer.Slots * SlotBytes);
            var signals = Enumerable.Range(0, context.Machine.Stripes).Select(s => Free(context, array, s) with { Count = DoubleBuffer.Slots });
            context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Array, array)) { Signals = [.. signals] });
        }
    }

    /// <summary>Takes the free slots back, so that every semaphore ends at zero.</summary>
    public void Finish(EmitContext context)
    {
        for (var array = 0; array < _slots.Length; array++)
        {
            for (var stripe = 0; stripe < context.Machine.Stripes; stripe++)
            {
                context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Dma, context.Machine.WeightChannel(array, stripe)))
                {
                    Waits = [Free(context, array, stripe) with { Count = DoubleBuffer.Slots }],
                });
            }
        }
    }
}
