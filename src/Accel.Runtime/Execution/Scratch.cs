namespace Accel.Runtime.Execution;

/// <summary>
/// Floats that a thread needs for the length of one call. The thread keeps them. The library's shared pool gives memory up at a
/// collection, so that a step would allocate after all; arrays of each matrix's own would add up to gigabytes with thousands of
/// experts, of which a thread works on one.
/// </summary>
internal static class Scratch
{
    [ThreadStatic]
    private static float[]? _floats;

    /// <summary>At least <paramref name="length"/> floats of any content, pinned, until the thread asks again.</summary>
    public static float[] Floats(int length)
    {
        if (_floats is null || _floats.Length < length)
        {
            _floats = GC.AllocateUninitializedArray<float>(length, pinned: true);
        }

        return _floats;
    }
}
