namespace Accel.Rtl.ConstantMatrix.Sharing;

/// <summary>Changes since a state that may be returned to.</summary>
internal sealed partial class SumNetwork
{
    private readonly List<Change> _journal = [];

    private enum ChangeKind
    {
        Insert,
        Remove,
        Allocate,
        Free,
    }

    /// <summary>Makes the present state the one that <see cref="Rollback"/> returns to.</summary>
    public void Commit() => _journal.Clear();

    /// <summary>Takes back all changes since the last <see cref="Commit"/>.</summary>
    public void Rollback()
    {
        for (var i = _journal.Count - 1; i >= 0; i--)
        {
            var (kind, signal, term) = _journal[i];
            switch (kind)
            {
                case ChangeKind.Insert:
                    Take(signal, term);
                    break;
                case ChangeKind.Remove:
                    Put(signal, term);
                    break;
                case ChangeKind.Allocate:
                    Kill(signal);
                    break;
                default:
                    _ = _free.Pop();
                    Enliven(signal);
                    break;
            }
        }

        _journal.Clear();
        Touched.Clear();
        Settle();
    }

    private readonly record struct Change(ChangeKind Kind, int Signal, Term Term);
}
