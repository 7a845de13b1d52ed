using Accel.Core.Diagnostics;
using Accel.Isa;

namespace Accel.Sim.Timing;

/// <summary>One run of an entry point.</summary>
/// <param name="EntryPoint">Its name.</param>
/// <param name="Position">Tokens that the sequence has seen.</param>
/// <param name="Tokens">Tokens of this run.</param>
/// <param name="Sequence">Which of the program's sequences.</param>
public readonly record struct WorkloadRun(string EntryPoint, long Position, int Tokens, int Sequence = 0)
{
    /// <summary>Of a batch: the tokens that each sequence has seen, from <see cref="Sequence"/> on; empty for a run of one sequence.</summary>
    public ReadOnlyMemory<long> Positions { get; init; }
}

/// <summary>Runs that follow each other as soon as memory is ready for the next, each token with the position and the caches that it has.</summary>
/// <param name="Runs">In order.</param>
/// <param name="GeneratedTokens">Tokens that are handed to a user: of a prefill the last one counts as none.</param>
/// <param name="ProcessedTokens">Tokens that go through the model.</param>
public sealed record Workload(IReadOnlyList<WorkloadRun> Runs, int GeneratedTokens, int ProcessedTokens)
{
    /// <summary>A prompt of n tokens for each of the sequences, in runs as long as the program has room for.</summary>
    /// <exception cref="InputException">The program has no room for it.</exception>
    public static Workload Prefill(CompiledProgram program, int tokens, int batch = 1, long context = 0)
    {
        CheckRoom(program, context, tokens, batch);
        return PrefillBatch(program, [.. Enumerable.Repeat(context, batch)], tokens);
    }

    /// <summary>A prompt of n tokens for each of several sequences, one sequence after the other, each behind a context of its own.</summary>
    /// <param name="contexts">Tokens that sequences 0, 1, … have seen.</param>
    /// <exception cref="InputException">The program has no room for it.</exception>
    public static Workload PrefillBatch(CompiledProgram program, IReadOnlyList<long> contexts, int tokens)
    {
        var entry = Entry(program, EntryPointNames.Prefill);
        Demand(program, tokens >= 1, "prefill", "1 token or more", tokens);
        var runs = new List<WorkloadRun>();
        for (var sequence = 0; sequence < contexts.Count; sequence++)
        {
            CheckRoom(program, contexts[sequence], tokens, contexts.Count);
            for (var done = 0; done < tokens; done += entry.MaximumTokens)
            {
                runs.Add(new(EntryPointNames.Prefill, contexts[sequence] + done, Math.Min(entry.MaximumTokens, tokens - done), sequence));
            }
        }

        return new(runs, 0, tokens * contexts.Count);
    }

    /// <summary>m tokens, one after the other, behind a context; with a batch, all sequences take each step together.</summary>
    /// <exception cref="InputException">The program has no room for it.</exception>
    public static Workload Decode(CompiledProgram program, long context, int tokens = 1, int batch = 1)
    {
        if (batch != 1)
        {
            CheckRoom(program, context, tokens, batch);
            return DecodeBatch(program, [.. Enumerable.Repeat(context, batch)], tokens);
        }

        Entry(program, EntryPointNames.Decode);
        Demand(program, tokens >= 1, "decode", "1 token or more", tokens);
        CheckRoom(program, context, tokens, 1);
        return new([.. Enumerable.Range(0, tokens).Select(token => new WorkloadRun(EntryPointNames.Decode, context + token, 1))], tokens, tokens);
    }

    /// <summary>m tokens of each of several sequences, one step of as many as the program takes at once after the other; each behind a context of its own.</summary>
    /// <param name="contexts">Tokens that sequences 0, 1, … have seen.</param>
    /// <exception cref="InputException">The program has no room for it.</exception>
    public static Workload DecodeBatch(CompiledProgram program, IReadOnlyList<long> contexts, int tokens = 1)
    {
        var most = Entry(program, EntryPointNames.Batch).MaximumTokens;
        Demand(program, tokens >= 1, "decode", "1 token or more", tokens);
        foreach (var context in contexts)
        {
            CheckRoom(program, context, tokens, contexts.Count);
        }

        var runs =
            from token in Enumerable.Range(0, tokens)
            from first in Enumerable.Range(0, (contexts.Count + most - 1) / most).Select(index => index * most)
            let positions = contexts.Skip(first).Take(most).Select(context => context + token).ToArray()
            select new WorkloadRun(EntryPointNames.Batch, positions[0], positions.Length, first) { Positions = positions };
        return new([.. runs], tokens * contexts.Count, tokens * contexts.Count);
    }

    /// <summary>One workload behind another.</summary>
    public Workload Then(Workload next) =>
        new([.. Runs, .. next.Runs], GeneratedTokens + next.GeneratedTokens, ProcessedTokens + next.ProcessedTokens);

    private static EntryPoint Entry(CompiledProgram program, string name) =>
        program.EntryPoints.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException(
            program.Name, "entry point", $"one of {string.Join(", ", program.EntryPoints.Select(known => known.Name))}", $"'{name}'");

    private static void CheckRoom(CompiledProgram program, long context, int tokens, int batch)
    {
        Demand(program, batch >= 1 && batch <= program.Sequences, "batch", $"1 to {program.Sequences} sequences", batch);
        Demand(
            program, context >= 0 && context <= program.ContextLength - tokens, "context",
            $"0 to {program.ContextLength - tokens}, for {tokens} tokens in {program.ContextLength} positions", context);
    }

    private static void Demand(CompiledProgram program, bool holds, string place, string expected, long found)
    {
        if (!holds)
        {
            throw new InputException(program.Name, place, expected, $"{found}");
        }
    }
}
