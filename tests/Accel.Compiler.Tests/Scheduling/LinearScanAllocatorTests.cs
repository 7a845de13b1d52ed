using Accel.Compiler.Scheduling;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Compiler.Tests.Scheduling;

/// <summary>No two live blocks overlap, none reaches beyond the scratchpad, and what was freed can be had again.</summary>
public sealed class LinearScanAllocatorTests
{
    private const long Capacity = 1 << 14;

    [Fact]
    public void Live_blocks_never_overlap_and_never_exceed_the_capacity() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue - 1),
        seed =>
        {
            var random = new Random(seed);
            var allocator = new LinearScanAllocator("test", Capacity);
            var live = new List<(Block Block, long Wanted)>();
            for (var step = 0; step < 300; step++)
            {
                if (live.Count > 0 && random.Next(2) == 0)
                {
                    var index = random.Next(live.Count);
                    allocator.Free(live[index].Block);
                    live.RemoveAt(index);
                    continue;
                }

                var bytes = random.Next(1, 2000);
                try
                {
                    live.Add((allocator.Allocate(bytes), bytes));
                }
                catch (CapacityException)
                {
                    // True only if no gap is long enough.
                    Assert.True(LargestGap([.. live.Select(item => item.Block)]) < bytes);
                }

                foreach (var (block, wanted) in live)
                {
                    Assert.True(block.Start >= 0 && block.End <= Capacity && block.Length >= wanted && block.Start % LinearScanAllocator.Alignment == 0);
                    Assert.Equal(block, allocator.BlockAt(block.Start + wanted - 1));
                    Assert.All(live, other => Assert.True(other.Block == block || other.Block.End <= block.Start || other.Block.Start >= block.End));
                }
            }
        });

    [Fact]
    public void The_first_gap_that_is_long_enough_is_taken()
    {
        var allocator = new LinearScanAllocator("test", Capacity);
        var blocks = Enumerable.Range(0, 4).Select(_ => allocator.Allocate(64)).ToArray();
        allocator.Free(blocks[0]);
        allocator.Free(blocks[2]);
        Assert.Equal(256, allocator.Allocate(128).Start);
        Assert.Equal(0, allocator.Allocate(64).Start);
        Assert.Equal(384, allocator.Peak);
    }

    [Fact]
    public void Freeing_twice_is_refused()
    {
        var allocator = new LinearScanAllocator("test", Capacity);
        var block = allocator.Allocate(1);
        allocator.Free(block);
        Assert.Throws<InvalidOperationException>(() => allocator.Free(block));
    }

    private static long LargestGap(List<Block> live)
    {
        var (gap, end) = (0L, 0L);
        foreach (var block in live.OrderBy(block => block.Start))
        {
            gap = Math.Max(gap, block.Start - end);
            end = block.End;
        }

        return Math.Max(gap, Capacity - end);
    }
}
