using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Which of two slots is in turn: in a register, so that it works across loops whose rounds are known only at run time. Buffers that move in
/// step share one.
/// </summary>
internal sealed class SlotCounter
{
    private readonly CommandStream _stream;

    /// <param name="slots">Of each buffer.</param>
    public SlotCounter(CommandStream stream, int slots = DoubleBuffer.Slots)
    {
        (_stream, Slot, Slots) = (stream, stream.NewRegister(), slots);
        stream.Set(Slot, SetFunction.Add, slots - 1, 0);
    }

    /// <summary>Counted from 0.</summary>
    public Register Slot { get; }

    public int Slots { get; }

    /// <summary>Goes on to the next slot.</summary>
    public void Next()
    {
        if (Slots == 2)
        {
            _stream.Set(Slot, SetFunction.Add, Slot * -1, 1);
        }
        else
        {
            _stream.Set(Slot, SetFunction.Modulo, (Expression)Slot + 1, Slots);
        }
    }
}

/// <summary>
/// Two slots that one unit fills while another reads the other: a semaphore of free slots, a semaphore of full ones.
/// </summary>
internal sealed class DoubleBuffer
{
    /// <summary>Slots of every buffer.</summary>
    public const int Slots = 2;

    private readonly CommandStream _stream;
    private readonly UnitId _producer;
    private readonly Block _block;
    private readonly SlotCounter _counter;

    /// <param name="stream">Where the commands go; both units have acquired the block.</param>
    /// <param name="name">Of its semaphores.</param>
    /// <param name="lane">Which of those that have buffers of this name.</param>
    /// <param name="block">Both slots.</param>
    /// <param name="counter">Tells the slot in turn.</param>
    public DoubleBuffer(CommandStream stream, string name, int lane, UnitId producer, UnitId consumer, Block block, SlotCounter counter)
    {
        (_stream, _producer, _block, _counter) = (stream, producer, block, counter);
        (Free, Full) = (stream.Semaphore($"{name} free", lane), stream.Semaphore($"{name} full", lane));
        stream.AddRaw(new Synchronize(consumer) { Signals = [Free with { Count = counter.Slots }] });
    }

    /// <summary>Taken before a slot is filled, given when it has been read.</summary>
    public SemaphoreUse Free { get; }

    /// <summary>Given when a slot is filled, taken before it is read.</summary>
    public SemaphoreUse Full { get; }

    /// <summary>Address of the slot in turn.</summary>
    public Expression Address => (_counter.Slot * (_block.Length / _counter.Slots)) + _block.Start;

    /// <summary>The producer waits until both slots are free, which leaves both semaphores at zero.</summary>
    public void Close() => _stream.AddRaw(new Synchronize(_producer) { Waits = [Free with { Count = _counter.Slots }] });
}
