using Accel.Isa.Operands;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Tests.Timing;

public sealed class RegisterSnapshotsTests
{
    [Fact]
    public void A_command_keeps_its_registers_until_it_has_started_however_many_change_meanwhile()
    {
        var (snapshots, random) = (new RegisterSnapshots(), new Random(3));
        var queued = new List<(int Snapshot, long Value)>();
        var registers = new long[Register.Count];
        for (var change = 0; change < 5000; change++)
        {
            if (random.Next(3) == 0)
            {
                registers[5] = change;
            }

            queued.Add((snapshots.Take(registers, registers[5]), registers[5]));
            while (queued.Count > random.Next(400))
            {
                // Not in order: units take their commands when they can.
                var next = random.Next(queued.Count);
                Assert.Equal(queued[next].Value, snapshots[queued[next].Snapshot][5]);
                snapshots.Release(queued[next].Snapshot);
                queued.RemoveAt(next);
            }
        }

        Assert.All(queued, entry => Assert.Equal(entry.Value, snapshots[entry.Snapshot][5]));
    }
}
