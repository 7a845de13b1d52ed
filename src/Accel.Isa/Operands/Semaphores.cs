using System.Collections;
using System.Runtime.CompilerServices;

namespace Accel.Isa.Operands;

/// <summary>Units that a command takes from a counting semaphore before it starts, or gives to it when it is done.</summary>
/// <param name="Semaphore">Number of the semaphore.</param>
/// <param name="Count">At least 1.</param>
public readonly record struct SemaphoreUse(int Semaphore, int Count = 1)
{
    public static implicit operator SemaphoreUse(int semaphore) => new(semaphore);

    public override string ToString() => Count == 1 ? $"{Semaphore}" : $"{Semaphore}*{Count}";
}

/// <summary>Semaphores of a command; equal by content. Write it as a collection: <c>Waits = [3, new(5, 2)]</c>.</summary>
[CollectionBuilder(typeof(SemaphoreList), nameof(Create))]
public readonly struct SemaphoreList : IReadOnlyList<SemaphoreUse>, IEquatable<SemaphoreList>
{
    /// <summary>Uses that one command can list on either side.</summary>
    public const int MaximumLength = 8;

    private const int MostRecent = 1024;

    /// <summary>The last list of one semaphore, by its number.</summary>
    [ThreadStatic]
    private static SemaphoreUse[]?[]? _recent;

    private readonly SemaphoreUse[]? _uses;

    private SemaphoreList(SemaphoreUse[] uses) => _uses = uses;

    public int Count => _uses?.Length ?? 0;

    public SemaphoreUse this[int index] => _uses![index];

    public static SemaphoreList Create(ReadOnlySpan<SemaphoreUse> uses) => uses.Length switch
    {
        0 => default,
        1 => One(uses[0]),
        _ => new(uses.ToArray()),
    };

    /// <summary>These and one more.</summary>
    public SemaphoreList Add(SemaphoreUse use) => _uses is null ? One(use) : new([.. AsSpan(), use]);

    /// <summary>Most lists name one semaphore, and the same ones again and again.</summary>
    private static SemaphoreList One(SemaphoreUse use)
    {
        ref var recent = ref (_recent ??= new SemaphoreUse[MostRecent][])[use.Semaphore & (MostRecent - 1)];
        if (recent is null || recent[0] != use)
        {
            recent = [use];
        }

        return new(recent);
    }

    public ReadOnlySpan<SemaphoreUse> AsSpan() => _uses;

    public bool Equals(SemaphoreList other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals(object? obj) => obj is SemaphoreList other && Equals(other);

    public override int GetHashCode() => _uses is null ? 0 : HashCode.Combine(Count, _uses[0]);

    public static bool operator ==(SemaphoreList left, SemaphoreList right) => left.Equals(right);

    public static bool operator !=(SemaphoreList left, SemaphoreList right) => !left.Equals(right);

    public IEnumerator<SemaphoreUse> GetEnumerator() => ((IEnumerable<SemaphoreUse>)(_uses ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(',', this);
}
