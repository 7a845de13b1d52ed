namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// What the sizes of commands of one signature come to, for the last values of the register that decides them: a loop's tiles are of one
/// size but for the last or two.
/// </summary>
/// <param name="register">The register, <see cref="NoRegister"/> or <see cref="SeveralRegisters"/>.</param>
internal sealed class CommandSizes(int register)
{
    /// <summary>No register: the same at every issue.</summary>
    public const int NoRegister = -1;

    /// <summary>More than one: worked out at every start.</summary>
    public const int SeveralRegisters = -2;

    /// <summary>The last that was asked for, and those before it.</summary>
    private readonly CommandSize[] _before = [new(), new(), new()];
    private CommandSize _last = new();

    /// <summary>Whether they are the same at every issue.</summary>
    public bool AreConstant => register == NoRegister;

    /// <summary>The sizes for these registers.</summary>
    /// <param name="registers">The registers.</param>
    /// <param name="isKnown">If not, the caller must fill them in.</param>
    public CommandSize For(ReadOnlySpan<long> registers, out bool isKnown)
    {
        var value = register >= 0 ? registers[register] : 0;
        isKnown = register != SeveralRegisters;
        return _last.IsFor(value) ? _last : Earlier(value, out isKnown);
    }

    private CommandSize Earlier(long value, out bool isKnown)
    {
        var place = 0;
        while (place < _before.Length - 1 && !_before[place].IsFor(value))
        {
            place++;
        }

        var size = _before[place];
        Array.Copy(_before, 0, _before, 1, place);
        (_before[0], _last) = (_last, size);
        isKnown = size.IsFor(value);
        if (!isKnown)
        {
            size.Claim(value);
        }

        return size;
    }
}
