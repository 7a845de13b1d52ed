using Accel.Sim.Timing;

namespace Accel.Sim.Reports;

/// <summary>Cycles of the same run with some resources taking no time.</summary>
public sealed record Relief(Idealised Without, long Cycles);

/// <summary>
/// What binds a run, and what would bind it next: found by running it again with resources that take no time, not by reading counters, since
/// a busy unit need not be the one that others wait for.
/// </summary>
/// <param name="Cycles">Of the run as it is.</param>
/// <param name="Single">With each resource relieved alone, the greatest gain first.</param>
/// <param name="Next">With the binding resource relieved and one more, the greatest gain first.</param>
public sealed record Bottlenecks(long Cycles, IReadOnlyList<Relief> Single, IReadOnlyList<Relief> Next)
{
    private static readonly (Resource Resource, Idealised Ideal)[] _resources =
    [
        (Resource.Memory, Idealised.Memory), (Resource.Arrays, Idealised.Arrays), (Resource.VectorUnits, Idealised.VectorUnits),
    ];

    /// <summary>The resource whose relief gains most.</summary>
    public Resource Binding => ResourceOf(Single[0].Without);

    /// <summary>The resource that gains most once the binding one takes no time.</summary>
    public Resource NextBinding => ResourceOf(Next[0].Without & ~Single[0].Without);

    /// <summary>How many times faster the run is without its binding resource.</summary>
    public double Gain => (double)Cycles / Single[0].Cycles;

    /// <param name="report">The run as it is.</param>
    /// <param name="cyclesWithout">Runs it again with these resources taking no time; its cycles.</param>
    public static Bottlenecks Find(TimingReport report, Func<Idealised, long> cyclesWithout)
    {
        var single = Ranked(_resources.Select(each => each.Ideal), cyclesWithout);
        var next = Ranked(_resources.Select(each => each.Ideal | single[0].Without).Where(ideal => ideal != single[0].Without), cyclesWithout);
        return new(report.Cycles.Value, single, next);
    }

    private static List<Relief> Ranked(IEnumerable<Idealised> ideals, Func<Idealised, long> cyclesWithout) =>
        [.. ideals.Select(ideal => new Relief(ideal, cyclesWithout(ideal))).OrderBy(relief => relief.Cycles)];

    /// <summary>The one resource of a flag.</summary>
    public static Resource ResourceOf(Idealised ideal) => _resources.First(each => each.Ideal == ideal).Resource;
}
