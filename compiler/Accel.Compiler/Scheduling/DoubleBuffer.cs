using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Slots that one unit fills while another reads those it has filled: a semaphore of free slots, a semaphore of full ones. Two of them, unless its counter
/// has more.
/// </summary>
internal sealed class DoubleBuffer
{
    /// <summary>Slots of a buffer that need not run ahead.</summary>
    public const int Slots = 2;

    private readonly CommandStream _stream;
    private readonly UnitId _producer;
    private readonly Block _block;
    private readonly SlotCounter _counter;

    /// <param name="stream">Where the commands go; both units have acquired the block.</param>
    /// <param name="name">Of its semaphores.</param>
    /// <param name="lane">Which of those that have buffers of this name.</param>
    /// <param name="block">All slots.</param>
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

    /// <summary>The producer waits until all slots are free, which leaves both semaphores at zero.</summary>
    public void Close() => _stream.AddRaw(new Synchronize(_producer) { Waits = [Free with { Count = _counter.Slots }] });
}
