using System.CommandLine;
using Accel.Cli.Integer;
using Accel.Sim.Reports;
using Accel.Sim.Timing;
using Command = System.CommandLine.Command;

namespace Accel.Cli.Verbs;

/// <summary><c>accel why</c>: what binds a run, by how much, what would bind it next, and what changes would bring.</summary>
internal static class WhyVerb
{
    public static Command Create(Terminal terminal)
    {
        var arguments = new TimingArguments();
        var json = CommonOptions.Json();
        var command = new Command("why", "say what binds a run, by how much, and what to change; every number is simulated");
        arguments.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed => MachineFaults.Shown(terminal, () =>
        {
            const int Reruns = 5;
            var model = arguments.Prepare(parsed);
            var changes = MachineChange.For(model.Request);
            var progress = new Progress(terminal, "simulations", 1 + Reruns + changes.Count);
            var done = 0;

            T Counted<T>(T value)
            {
                lock (progress)
                {
                    progress.Report(++done);
                }

                return value;
            }

            // Two simulations at a time: other machines beside this one without some of its resources.
            var others = Task.Run(() => changes.Select(change => Counted(change.Try(model))).ToList());
            var result = new TimedResult(model, Counted(model.Time(new TimingOptions())));
            var bottlenecks = Bottlenecks.Find(result.Report, ideal => Counted(model.Time(new TimingOptions { Ideal = ideal })).Cycles.Value);
            var outcomes = others.GetAwaiter().GetResult();
            progress.Finish();
            var answer = new WhyAnswer(result, bottlenecks, outcomes);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(answer.Write);
            }
            else
            {
                answer.Print(terminal);
            }
        }));
        return command;
    }
}
