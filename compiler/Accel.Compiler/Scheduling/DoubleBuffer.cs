using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Two slots that one unit fills while another reads the other: a semaphore of free slots, a semaphore of full ones, and a count in a
/// register that picks the slot, so that it works across loops whose rounds are known only at run time.
/// </summary>
internal sealed class DoubleBuffer
{
    /// <summary>Slots of every buffer.</summary>
    public const int Slots = 2;

    private readonly CommandStream _stream;
    private readonly UnitId _producer;
    private readonly UnitId _consumer;
    private readonly Register _count;
    private readonly Register _slot;

    /// <param name="stream">Where the commands go; both units have acquired the block.</param>
    /// <param name="name">Of its semaphores.</param>
    /// <param name="block">Both slots.</param>
    public DoubleBuffer(CommandStream stream, string name, UnitId producer, UnitId consumer, Block block)
    {
        (_stream, _producer, _consumer, Block) = (stream, producer, consumer, block);
        (Free, Full) = (stream.Semaphore($"{name} free"), stream.Semaphore($"{name} full"));
        (_count, _slot) = (stream.NewRegister(), stream.NewRegister());
        stream.Set(_count, SetFunction.Add, 0, 0);
        stream.AddRaw(new Synchronize(consumer) { Signals = [Free with { Count = Slots }] });
    }

    public Block Block { get; }

    public long SlotBytes => Block.Length / Slots;

    /// <summary>Taken before a slot is filled, given when it has been read.</summary>
    public SemaphoreUse Free { get; }

    /// <summary>Given when a slot is filled, taken before it is read.</summary>
    public SemaphoreUse Full { get; }

    /// <summary>Address of the slot in turn.</summary>
    public Expression Address => (_slot * SlotBytes) + Block.Start;

    /// <summary>Goes on to the next slot.</summary>
    public void Next()
    {
        _stream.Set(_slot, SetFunction.Modulo, _count, Slots);
        _stream.Set(_count, SetFunction.Add, _count, 1);
    }

    /// <summary>The producer waits until both slots are free, which leaves both semaphores at zero.</summary>
    public void Close() => _stream.AddRaw(new Synchronize(_producer) { Waits = [Free with { Count = Slots }] });
}
