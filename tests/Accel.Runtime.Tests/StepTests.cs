using Accel.Graph;
using Accel.Runtime.Tests.Blocks;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Runtime.Tests;

/// <summary>Decode against prefill: how a sequence is cut into steps, and how many threads compute it, must not show.</summary>
public class StepTests
{
    public static TheoryData<string> Blocks => new(StatefulBlocks.Names);

    [Fact]
    public void Every_op_that_mixes_tokens_is_tested_here()
    {
        var sample = OpCatalogue.All.Where(entry => entry.Type.GetProperty(nameof(Op.IsRowWise))!.DeclaringType == entry.Type).Select(entry => entry.Mnemonic);
        var tested = StatefulBlocks.Names.Select(name => name.Split(',')[0]);
        Assert.Empty(sample.Except(tested).Select(mnemonic => $"{mnemonic}: no block that carries its state"));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Any_split_into_steps_gives_the_rows_of_one_step(string name)
    {
        using var whole = StatefulBlocks.Start(name);
        var expected = Block.Run(whole, StatefulBlocks.Tokens);
        Assert.True(expected.SelectMany(row => row).Distinct().Count() > StatefulBlocks.Tokens, "the block computes nothing");
        using var session = StatefulBlocks.Start(name);
        SeededProperty.Holds(
            Gen.Choose(0, int.MaxValue - 1),
            seed =>
            {
                session.Reset();
                Near.Equal(expected, Block.Run(session, StatefulBlocks.Tokens, new Randoms(seed).Steps(StatefulBlocks.Tokens)));
            },
            runs: 25);
        session.Reset();
        Near.Equal(expected, Block.Run(session, StatefulBlocks.Tokens, [.. Enumerable.Repeat(1, StatefulBlocks.Tokens)]));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Threads_do_not_change_a_bit(string name)
    {
        int[] steps = [17, 1, 1, 21];
        using var one = StatefulBlocks.Start(name);
        var expected = Block.Run(one, StatefulBlocks.Tokens, steps);
        foreach (var threads in new[] { 2, 3 })
        {
            using var session = StatefulBlocks.Start(name, threads);
            Assert.Equal(expected, Block.Run(session, StatefulBlocks.Tokens, steps));
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Steps_allocate_nothing_after_the_first(string name)
    {
        using var session = StatefulBlocks.Start(name);
        int[] prompt = [.. Enumerable.Range(0, StatefulBlocks.Tokens / 2)];
        session.Prefill(prompt);
        session.Decode(prompt.Length);
        Assert.Equal(0, Allocations.Least(session.Reset, () =>
        {
            session.Prefill(prompt);
            for (var token = prompt.Length; token < StatefulBlocks.Tokens; token++)
            {
                session.Decode(token);
            }
        }));
    }
}
