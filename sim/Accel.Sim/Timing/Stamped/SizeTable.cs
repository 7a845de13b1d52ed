using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>Sizes of commands, shared by those that come to the same: a model's layers repeat a few shapes over and over.</summary>
internal sealed class SizeTable
{
    private readonly SizeSignature _signature = new();
    private readonly Dictionary<long[], CommandSizes> _known = new(new ByContent());

    public CommandSizes Of(Command command)
    {
        if (!_signature.TryWrite(command))
        {
            return new(CommandSizes.SeveralRegisters);
        }

        var lookup = _known.GetAlternateLookup<ReadOnlySpan<long>>();
        if (!lookup.TryGetValue(_signature.Numbers, out var sizes))
        {
            lookup[_signature.Numbers] = sizes = new(_signature.Register);
        }

        return sizes;
    }

    private sealed class ByContent : IEqualityComparer<long[]>, IAlternateEqualityComparer<ReadOnlySpan<long>, long[]>
    {
        public bool Equals(long[]? x, long[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(long[] numbers) => GetHashCode(numbers.AsSpan());

        public bool Equals(ReadOnlySpan<long> alternate, long[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<long> alternate)
        {
            var hash = 0UL;
            foreach (var number in alternate)
            {
                hash = (hash ^ (ulong)number) * 0x9E3779B97F4A7C15;
                hash ^= hash >> 32;
            }

            return (int)hash;
        }

        public long[] Create(ReadOnlySpan<long> alternate) => alternate.ToArray();
    }
}
