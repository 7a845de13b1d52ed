using System.Runtime.InteropServices;

namespace Accel.Models.Tokenizers;

/// <summary>A run of text on its way to a token, linked to its neighbours by index.</summary>
internal struct Symbol
{
    public int Start;
    public int Length;
    public int Previous;
    public int Next;

    /// <summary>The token, or -1 while no token covers exactly this run.</summary>
    public int Id;
}

/// <summary>Decides whether two neighbours merge, and how early.</summary>
internal interface IMergeRule
{
    /// <summary>The merged token and its cost; of all possible merges the cheapest happens first.</summary>
    bool TryMerge(in Symbol left, in Symbol right, out float cost, out int id);
}

/// <summary>
/// Byte-pair merging: joins the cheapest pair of neighbours, the leftmost among equals, until none is left. A heap of candidates
/// makes it O(n log n); a candidate whose runs have changed since is passed over when it comes up.
/// </summary>
internal static class PairMerge
{
    /// <summary>Merges in place; the result is the chain from index 0 along <see cref="Symbol.Next"/>, ended by -1.</summary>
    public static void Run<TRule>(Span<Symbol> symbols, TRule rule)
        where TRule : struct, IMergeRule, allows ref struct
    {
        var heap = new Heap(symbols.Length);
        for (var i = 1; i < symbols.Length; i++)
        {
            Propose(symbols, rule, i - 1, i, ref heap);
        }

        while (heap.TryPop(out var best))
        {
            ref var left = ref symbols[best.Left];
            if (left.Length == 0 || left.Next != best.Right || left.Length + symbols[best.Right].Length != best.Length)
            {
                continue;
            }

            ref var right = ref symbols[best.Right];
            left.Length = best.Length;
            left.Id = best.Id;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = best.Left;
                Propose(symbols, rule, best.Left, left.Next, ref heap);
            }

            if (left.Previous >= 0)
            {
                Propose(symbols, rule, left.Previous, best.Left, ref heap);
            }
        }
    }

    private static void Propose<TRule>(Span<Symbol> symbols, TRule rule, int left, int right, ref Heap heap)
        where TRule : struct, IMergeRule, allows ref struct
    {
        if (rule.TryMerge(symbols[left], symbols[right], out var cost, out var id))
        {
            heap.Push(new(cost, left, right, symbols[left].Length + symbols[right].Length, id));
        }
    }

    private readonly record struct Candidate(float Cost, int Left, int Right, int Length, int Id)
    {
        public bool Precedes(in Candidate other) => Cost < other.Cost || (Cost == other.Cost && Left < other.Left);
    }

    /// <summary>A binary heap in a list.</summary>
    private struct Heap(int capacity)
    {
        private readonly List<Candidate> _items = new(capacity);

        public void Push(in Candidate item)
        {
            _items.Add(item);
            var items = CollectionsMarshal.AsSpan(_items);
            var i = items.Length - 1;
            while (i > 0 && item.Precedes(items[(i - 1) / 2]))
            {
                items[i] = items[(i - 1) / 2];
                i = (i - 1) / 2;
            }

            items[i] = item;
        }

        public bool TryPop(out Candidate top)
        {
            top = default;
            if (_items.Count == 0)
            {
                return false;
            }

            var items = CollectionsMarshal.AsSpan(_items);
            top = items[0];
            var last = items[^1];
            _items.RemoveAt(_items.Count - 1);
            items = items[..^1];
            var i = 0;
            while (2 * i + 1 < items.Length)
            {
                var child = 2 * i + 1;
                child += child + 1 < items.Length && items[child + 1].Precedes(items[child]) ? 1 : 0;
                if (!items[child].Precedes(last))
                {
                    break;
                }

                items[i] = items[child];
                i = child;
            }

            if (items.Length > 0)
            {
                items[i] = last;
            }

            return true;
        }
    }
}
