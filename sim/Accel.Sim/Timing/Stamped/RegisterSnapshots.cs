using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>Registers as they stood when commands were issued. Commands between two changes share a snapshot.</summary>
internal sealed class RegisterSnapshots
{
    /// <summary>For a command that depends on no register.</summary>
    public const int None = 0;

    private readonly Stack<int> _free = new();
    private long[] _values = new long[64 * Register.Count];
    private int[] _users = new int[64];
    private int _made = 1;
    private int _newest = None;
    private long _changes = -1;

    public ReadOnlySpan<long> this[int snapshot] => _values.AsSpan(snapshot * Register.Count, Register.Count);

    /// <summary>The registers as they stand.</summary>
    /// <param name="registers">All of them.</param>
    /// <param name="changes">A number that differs if they do.</param>
    public int Take(ReadOnlySpan<long> registers, long changes)
    {
        if (changes != _changes)
        {
            Release(_newest);
            _newest = _free.TryPop(out var free) ? free : Make();
            _users[_newest] = 1;
            _changes = changes;
            registers.CopyTo(_values.AsSpan(_newest * Register.Count));
        }

        _users[_newest]++;
        return _newest;
    }

    /// <summary>A command needs its registers no more.</summary>
    public void Release(int snapshot)
    {
        if (snapshot != None && --_users[snapshot] == 0)
        {
            _free.Push(snapshot);
        }
    }

    private int Make()
    {
        if (_made == _users.Length)
        {
            Array.Resize(ref _users, 2 * _made);
            Array.Resize(ref _values, 2 * _values.Length);
        }

        return _made++;
    }
}
