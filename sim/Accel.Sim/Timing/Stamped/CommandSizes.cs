namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// What the sizes of commands of one signature come to, for the last two values of the register that decides them: a loop's tiles are of one
/// size but for the last.
/// </summary>
/// <param name="register">The register, <see cref="NoRegister"/> or <see cref="SeveralRegisters"/>.</param>
internal sealed class CommandSizes(int register)
{
    /// <summary>No register: the same at every issue.</summary>
    public const int NoRegister = -1;

    /// <summary>More than one: worked out at every start.</summary>
    public const int SeveralRegisters = -2;

    private CommandSize _last = new();
    private CommandSize _before = new();

    /// <summary>Whether they are the same at every issue.</summary>
    public bool AreConstant => register == NoRegister;

    /// <summary>The sizes for these registers.</summary>
    /// <returns>Whether they are known; if not, the caller must fill them in.</returns>
    public bool TryGet(ReadOnlySpan<long> registers, out CommandSize size)
    {
        var value = register >= 0 ? registers[register] : 0;
        if (!_last.IsFor(value))
        {
            (_last, _before) = (_before, _last);
        }

        size = _last;
        if (size.IsFor(value) && register != SeveralRegisters)
        {
            return true;
        }

        size.Claim(value);
        return false;
    }
}
