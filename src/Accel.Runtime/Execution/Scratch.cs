namespace Accel.Runtime.Execution;

/// <summary>
/// Arrays that threads borrow for the length of a call. Unlike the shared pool of the library it never gives memory back, so that
/// a session allocates nothing after its first steps whatever the collector does.
/// </summary>
/// <param name="length">Floats of each array.</param>
internal sealed class Scratch(int length)
{
    private const int MaxThreads = 256;

    private readonly float[]?[] _idle = new float[]?[MaxThreads];

    public float[] Take()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is not null && Interlocked.Exchange(ref _idle[i], null) is { } array)
            {
                return array;
            }
        }

        return GC.AllocateUninitializedArray<float>(length, pinned: true);
    }

    public void Return(float[] array)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], array, null) is null)
            {
                return;
            }
        }
    }
}
