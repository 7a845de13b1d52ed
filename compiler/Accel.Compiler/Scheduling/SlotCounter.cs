using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Which of a buffer's slots is in turn: in a register, so that it works across loops whose rounds are known only at run time. Buffers that move in
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
