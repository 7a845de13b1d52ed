namespace Accel.Runtime.Execution;

/// <summary>
/// Floats that a thread needs for the length of one call. The thread keeps them: a shared pool would give its arrays up at a
/// garbage collection, and a step that allocates nothing would then allocate after all.
/// </summary>
internal static class Scratch
{
    [ThreadStatic]
    private static float[]? _floats;

    /// <summary>At least <paramref name="length"/> floats of any content, until the thread asks again.</summary>
    public static float[] Floats(int length)
    {
        if (_floats is null || _floats.Length < length)
        {
            _floats = GC.AllocateUninitializedArray<float>(length);
        }

        return _floats;
    }
}
