using System.Diagnostics;

namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>Which intermediates are in use.</summary>
internal sealed partial class SumNetwork
{
    /// <summary>A new intermediate with an empty sum.</summary>
    public int Allocate()
    {
        if (!_free.TryPop(out var signal))
        {
            signal = _signals++;
            if (signal == _terms.Length)
            {
                Grow();
            }

            (_terms[signal], _users[signal]) = (new int[4], new int[4]);
        }

        Enliven(signal);
        _journal.Add(new(ChangeKind.Allocate, signal, default));
        return signal;
    }

    /// <summary>Gives up an intermediate whose sum is empty and that has no user.</summary>
    public void Free(int signal)
    {
        Debug.Assert(_length[signal] == 0 && _userCount[signal] == 0, "a signal in use was freed");
        Kill(signal);
        _journal.Add(new(ChangeKind.Free, signal, default));
    }

    private void Enliven(int signal)
    {
        _depth[signal] = 0;
        _live[Intermediates] = signal;
        _liveIndex[signal] = Intermediates++;
    }

    private void Kill(int signal)
    {
        var last = _live[--Intermediates];
        _live[_liveIndex[signal]] = last;
        _liveIndex[last] = _liveIndex[signal];
        _free.Push(signal);
    }

    private void Grow()
    {
        var capacity = _terms.Length * 2;
        Array.Resize(ref _terms, capacity);
        Array.Resize(ref _users, capacity);
        Array.Resize(ref _length, capacity);
        Array.Resize(ref _userCount, capacity);
        Array.Resize(ref _depth, capacity);
        Array.Resize(ref _weight, capacity);
        Array.Resize(ref _reach, capacity);
        Array.Resize(ref _live, capacity);
        Array.Resize(ref _liveIndex, capacity);
    }
}
