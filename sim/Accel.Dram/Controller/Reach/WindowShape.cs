using System.Runtime.InteropServices;
using Accel.Dram.Standards;

namespace Accel.Dram.Controller.Reach;

/// <summary>
/// The banks that a stream can reach in a step, in the order in which it comes to them. Two windows of the same <see cref="Id"/> differ in nothing
/// but names: the same of their banks share groups and ranks.
/// </summary>
internal sealed class WindowShape
{
    public required int Id { get; init; }

    /// <summary>Bank numbers, block by block.</summary>
    public required int[] Banks { get; init; }

    /// <summary>The same as a set.</summary>
    public required ulong Set { get; init; }

    /// <summary>Numbers of the ranks they lie in, in order of appearance.</summary>
    public required int[] Ranks { get; init; }

    /// <summary>Of each rank, its banks in the window, as a set.</summary>
    public required ulong[] InRank { get; init; }

    /// <summary>For each group that they lie in, in order of appearance, its banks outside of the window.</summary>
    public required int[][] Beside { get; init; }
}

/// <summary>The windows of a device.</summary>
internal sealed class WindowShapes(DramDevice device)
{
    private const int MostBanks = 40;

    private readonly Dictionary<ulong, WindowShape?> _known = [];
    private readonly Dictionary<string, int> _ids = [];

    /// <summary>The window of some blocks; null if one is of no use.</summary>
    /// <param name="name">The first bank of each block, seven bits each, below their count.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="turns">What makes the banks of a block out of its first.</param>
    public WindowShape? Find(ulong name, int count, int[] turns)
    {
        ref var shape = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, name, out var known);
        return known ? shape : shape = Make(name, count, turns);
    }

    private WindowShape? Make(ulong name, int count, int[] turns)
    {
        int[] banks = [.. from block in Enumerable.Range(0, count)
                          let first = (int)(name >> (7 * (count - 1 - block))) & 127
                          from turn in turns
                          select first ^ turn];
        if (banks.Length > MostBanks || banks.Distinct().Count() < banks.Length)
        {
            return null;
        }

        int[] ranks = [.. banks.Select(b => b / device.BanksPerRank).Distinct()];
        int[] groups = [.. banks.Select(b => b / device.BanksPerGroup).Distinct()];
        var label = string.Join(' ', banks.Select(b => $"{Array.IndexOf(ranks, b / device.BanksPerRank)}.{Array.IndexOf(groups, b / device.BanksPerGroup)}"));
        if (!_ids.TryGetValue(label, out var id))
        {
            _ids.Add(label, id = _ids.Count);
        }

        return new WindowShape
        {
            Id = id,
            Banks = banks,
            Set = SetOf(banks),
            Ranks = ranks,
            InRank = [.. ranks.Select(rank => SetOf(banks.Where(b => b / device.BanksPerRank == rank)))],
            Beside = [.. groups.Select(group => Enumerable.Range(group * device.BanksPerGroup, device.BanksPerGroup).Except(banks).ToArray())],
        };
    }

    private static ulong SetOf(IEnumerable<int> banks) => banks.Aggregate(0UL, (set, bank) => set | (1UL << bank));
}
