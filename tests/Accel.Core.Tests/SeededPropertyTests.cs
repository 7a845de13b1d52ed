using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Core.Tests;

/// <summary>The tool that other tests lean on: a property that ran once would prove nothing.</summary>
public sealed class SeededPropertyTests
{
    [Fact]
    public void A_property_sees_as_many_inputs_as_asked_and_they_differ()
    {
        var seen = new List<int>();
        SeededProperty.Holds(Gen.Choose(0, 1_000_000), seen.Add, runs: 80);
        Assert.Equal(80, seen.Count);
        Assert.True(seen.Distinct().Count() > 60);
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        var (first, second) = (new List<int>(), new List<int>());
        SeededProperty.Holds(Gen.Choose(0, 1_000_000), first.Add);
        SeededProperty.Holds(Gen.Choose(0, 1_000_000), second.Add);
        Assert.Equal(first, second);
    }
}
