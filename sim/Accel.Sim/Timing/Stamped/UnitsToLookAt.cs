namespace Accel.Sim.Timing.Stamped;

/// <summary>Units of which more may be known by now, and who is to be looked at when a semaphore is given.</summary>
internal sealed class UnitsToLookAt
{
    private const int Nobody = -1;
    private const int Several = -2;

    private readonly Stack<int> _units = new();
    private readonly bool[] _isIn;

    /// <summary>Who waits for a semaphore: a unit, <see cref="Nobody"/> or <see cref="Several"/>.</summary>
    private readonly int[] _waiting;

    public UnitsToLookAt(int units, int semaphores)
    {
        (_isIn, _waiting) = (new bool[units], new int[semaphores]);
        NobodyWaits();
    }

    public bool IsEmpty => _units.Count == 0;

    public void Add(int unit)
    {
        if (!_isIn[unit])
        {
            _isIn[unit] = true;
            _units.Push(unit);
        }
    }

    public bool TryTake(out int unit)
    {
        if (!_units.TryPop(out unit))
        {
            return false;
        }

        _isIn[unit] = false;
        return true;
    }

    /// <summary>No unit waits for a semaphore.</summary>
    public void NobodyWaits() => Array.Fill(_waiting, Nobody);

    /// <summary>A unit waits for a semaphore.</summary>
    public void Await(int semaphore, int unit)
    {
        ref var waiting = ref _waiting[semaphore];
        waiting = waiting == Nobody || waiting == unit ? unit : Several;
    }

    /// <summary>Adds who waits for a semaphore: all units, where several do.</summary>
    public void AddWaiting(int semaphore)
    {
        if (_waiting[semaphore] == Nobody)
        {
            return;
        }

        if (_waiting[semaphore] != Several)
        {
            Add(_waiting[semaphore]);
        }
        else
        {
            for (var unit = 0; unit < _isIn.Length; unit++)
            {
                Add(unit);
            }
        }

        _waiting[semaphore] = Nobody;
    }
}
