using Accel.Isa.Commands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Instructions in the order in which they are added, in pieces: an array that grew with them would be copied again and again, and each copy of a
/// long program makes the garbage collector go through all that is alive.
/// </summary>
internal sealed class InstructionBuffer
{
    private const int PieceBits = 12;
    private const int PieceLength = 1 << PieceBits;

    private readonly List<Instruction[]> _pieces = [];

    public int Count { get; private set; }

    public Instruction this[int index]
    {
        get => _pieces[index >> PieceBits][index & (PieceLength - 1)];
        set => _pieces[index >> PieceBits][index & (PieceLength - 1)] = value;
    }

    public void Add(Instruction instruction)
    {
        if (Count == _pieces.Count << PieceBits)
        {
            _pieces.Add(new Instruction[PieceLength]);
        }

        this[Count++] = instruction;
    }

    /// <summary>What passes the test, in order.</summary>
    public Instruction[] Where(Predicate<Instruction> test)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            count += test(this[i]) ? 1 : 0;
        }

        var found = new Instruction[count];
        for (int i = 0, next = 0; next < count; i++)
        {
            if (test(this[i]))
            {
                found[next++] = this[i];
            }
        }

        return found;
    }
}
