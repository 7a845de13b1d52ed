using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accel.Dram.Controller;

/// <summary>Arrays that stay where they are, so that loops may go through pointers. Whoever keeps the pointer keeps the array.</summary>
internal static unsafe class Pinned
{
    public static PinnedArray<T> New<T>(int length) where T : unmanaged => new(GC.AllocateArray<T>(length, pinned: true));

    public static PinnedArray<T> Copy<T>(T[] array) where T : unmanaged
    {
        var copy = New<T>(array.Length);
        array.CopyTo(copy.Array, 0);
        return copy;
    }

    /// <summary>The address of an array that was made pinned.</summary>
    public static T* AddressOf<T>(T[] pinned) where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}

/// <summary>An array that stays where it is, and its address.</summary>
internal readonly unsafe struct PinnedArray<T>(T[] array) where T : unmanaged
{
    public T[] Array { get; } = array;

    public void Deconstruct(out T[] array, out T* address)
    {
        array = Array;
        address = Pinned.AddressOf(Array);
    }
}
