using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// The scratchpad through which all weight tiles of an entry point stream: some slots for each array, filled by DMA channels of their own as
/// soon as the array has read what was there. The slots belong to no operator, so the next operator's first tiles arrive while this one
/// still computes. Which slot a tile takes follows from its ordinal, which is known when the program is made.
/// </summary>
internal sealed class WeightTraffic
{
    /// <summary>Tiles that an array has room for: one that it works on, and three that arrive while it waits for other units.</summary>
    public const int SlotsPerArray = 4;

    private readonly Block[] _slots;
    private readonly SemaphoreUse[] _free;
    private readonly SemaphoreUse[] _full;
    private readonly long[] _used;
    private readonly long[] _tiles;

    public WeightTraffic(Machine machine, long slotBytes)
    {
        SlotBytes = slotBytes;
        (_slots, _used, _tiles) = (new Block[machine.Arrays], new long[machine.Arrays], new long[machine.Arrays]);
        (_free, _full) = (new SemaphoreUse[machine.Arrays], new SemaphoreUse[machine.Arrays]);
    }

    /// <summary>Bytes of one slot.</summary>
    public long SlotBytes { get; }

    public Block Slots(int array) => _slots[array];

    /// <summary>Slot fillings of an array so far.</summary>
    public ref long Used(int array) => ref _used[array];

    /// <summary>Sums of an array drained so far.</summary>
    public ref long Tiles(int array) => ref _tiles[array];

    /// <summary>Given by an array when it has read a slot.</summary>
    public SemaphoreUse Free(int array) => _free[array];

    /// <summary>Taken by an array before it reads a slot.</summary>
    public SemaphoreUse Full(int array) => _full[array];

    /// <summary>Reserves the slots and declares them free.</summary>
    public void Start(EmitContext context)
    {
        for (var array = 0; array < _slots.Length; array++)
        {
            _slots[array] = context.Scratchpad.Allocate(SlotsPerArray * SlotBytes);
            (_free[array], _full[array]) = (context.Stream.Semaphore("weights free", array), context.Stream.Semaphore("weights full", array));
            context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Array, array)) { Signals = [_free[array] with { Count = SlotsPerArray }] });
        }
    }

    /// <summary>Takes the free slots back, so that every semaphore ends at zero.</summary>
    public void Finish(EmitContext context)
    {
        for (var array = 0; array < _slots.Length; array++)
        {
            context.Stream.AddRaw(new Synchronize(new UnitId(UnitKind.Dma, Machine.WeightChannel))
            {
                Waits = [_free[array] with { Count = SlotsPerArray }],
            });
        }
    }
}
