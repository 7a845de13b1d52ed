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
    /// <returns>Whether they are known; if not, the caller must fill them in.</returns>
    public bool TryGet(ReadOnlySpan<long> registers, out CommandSize size)
    {
        var value = register >= 0 ? registers[register] : 0;
        size = _last;
        if (size.IsFor(value))
        {
            return register != SeveralRegisters;
        }

        var place = 0;
        while (place < _before.Length - 1 && !_before[place].IsFor(value))
        {
            place++;
        }

        size = _before[place];
        Array.Copy(_before, 0, _before, 1, place);
        (_before[0], _last) = (_last, size);
        if (size.IsFor(value))
        {
            return true;
        }

        size.Claim(value);
        return false;
    }
}
