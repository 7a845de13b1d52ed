using Accel.Sim.Timing;
using Xunit.Abstractions;

namespace Accel.Sim.Tests.Timing;

public sealed class FirstTests(ITestOutputHelper output)
{
    [Fact]
    public void Runs()
    {
        var program = DecodeWorkload.Make(4, 64);
        foreach (var skip in new[] { true, false })
        {
            var report = TimedSimulation.Run(program, Bench.Hardware, Workload.Decode(program, 0, 2), new() { Skip = skip });
            output.WriteLine($"{report.Cycles} stepped {report.SteppedCycles} macs {report.Macs} bytes {report.TotalBytes} dram {report.Dram!.BytesMoved}");
            foreach (var unit in report.Units.Append(report.Sequencer))
            {
                output.WriteLine($"{unit.Name} {unit.Busy} {string.Join('/', unit.StalledOn)} {unit.Idle} {unit.Commands}");
            }
        }
    }
}
