using Accel.Isa;
using Accel.Isa.Commands;

namespace Accel.Sim.Kernel;

/// <summary>Says who waits for whom when nobody can go on.</summary>
internal static class DeadlockReport
{
    public static string Describe(EntryPoint entry, UnitId[] units, IReadOnlyList<(Command Command, int Instruction)>[] queues, SemaphoreFile semaphores, Sequencer sequencer)
    {
        var lines = new List<string> { $"{entry.Name}: nobody can go on" };
        for (var unit = 0; unit < units.Length; unit++)
        {
            if (queues[unit].Count > 0)
            {
                lines.Add(Waiting(entry, units, queues, semaphores, sequencer, unit));
            }
        }

        if (!sequencer.IsDone)
        {
            var instruction = entry.Instructions[sequencer.Position];
            lines.Add(instruction is Command command
                ? $"the sequencer waits at [{sequencer.Position}] {instruction.Mnemonic} for a place in the queue of {command.Unit}"
                : $"the sequencer waits at [{sequencer.Position}] fence for all units");
        }

        return string.Join("; ", lines);
    }

    private static string Waiting(
        EntryPoint entry, UnitId[] units, IReadOnlyList<(Command Command, int Instruction)>[] queues, SemaphoreFile semaphores, Sequencer sequencer, int unit)
    {
        var (head, position) = queues[unit][0];
        var text = $"{units[unit]} waits at [{position}] {head.Mnemonic}";
        foreach (var use in head.Waits)
        {
            var available = semaphores.Available(use.Semaphore);
            if (available < use.Count)
            {
                text += $" for semaphore {use.Semaphore} ({available} of {use.Count}), {Signaller(entry, units, queues, sequencer, use.Semaphore)}";
            }
        }

        return text;
    }

    /// <summary>The first command that would signal: queued, or not issued yet.</summary>
    private static string Signaller(EntryPoint entry, UnitId[] units, IReadOnlyList<(Command Command, int Instruction)>[] queues, Sequencer sequencer, int semaphore)
    {
        for (var unit = 0; unit < units.Length; unit++)
        {
            foreach (var (command, instruction) in queues[unit])
            {
                if (command.Signals.Any(use => use.Semaphore == semaphore))
                {
                    return $"which [{instruction}] {command.Mnemonic} in the queue of {units[unit]} would signal";
                }
            }
        }

        for (var i = sequencer.Position; i < entry.Instructions.Count; i++)
        {
            if (entry.Instructions[i] is Command command && command.Signals.Any(use => use.Semaphore == semaphore))
            {
                return $"which [{i}] {command.Mnemonic} on {command.Unit} would signal once issued";
            }
        }

        return "which nobody will signal";
    }
}
