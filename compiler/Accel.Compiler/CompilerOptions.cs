using Accel.Isa;

namespace Accel.Compiler;

/// <summary>What a compilation may decide. Values never depend on it: only bytes, commands and time do.</summary>
public sealed record CompilerOptions
{
    /// <summary>Positions that caches are laid out for.</summary>
    public int ContextLength { get; init; } = 512;

    /// <summary>Most tokens of one prefill run; fewer where the scratchpad asks for it.</summary>
    public int PrefillTokens { get; init; } = 64;

    /// <summary>Independent sequences, each with states of its own.</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>Names of the passes that are left out: <c>fuse-attention</c>.</summary>
    public IReadOnlySet<string> DisabledPasses { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Entry points that commands are made for, by name (<see cref="EntryPointNames"/>); null for all. Whatever is left out, memory and scratchpad are laid out for all,
    /// and the commands of the others are the same.
    /// </summary>
    public IReadOnlySet<string>? EntryPoints { get; init; }

    /// <summary>Show every value of the model to whoever observes the machine.</summary>
    public bool Taps { get; init; } = true;

    /// <summary>Takes the text of the plan after each pass, by the pass's name.</summary>
    public Action<string, string>? DumpIr { get; init; }

    /// <exception cref="ArgumentException">None is wanted, or one that the program would not have.</exception>
    internal void RequireEntryPoints()
    {
        if (EntryPoints is { Count: 0 })
        {
            throw new ArgumentException("no entry point is wanted");
        }

        foreach (var name in EntryPoints ?? new HashSet<string>())
        {
            if (name is not (EntryPointNames.Prefill or EntryPointNames.Decode) && (name != EntryPointNames.Batch || Sequences == 1))
            {
                throw new ArgumentException($"a program for {Sequences} sequences has no entry point '{name}'");
            }
        }
    }

    internal bool Wants(string entryPoint) => EntryPoints is null || EntryPoints.Contains(entryPoint);
}
