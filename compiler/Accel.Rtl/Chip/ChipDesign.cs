using Accel.Compiler.Quantization;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices.Choice;

namespace Accel.Rtl.Chip;

/// <summary>A generated chip: its text, and what is known of it without running it.</summary>
public sealed record ChipDesign
{
    public required ChipInterface Interface { get; init; }

    public required ChipOptions Options { get; init; }

    /// <summary>The top module; all others hang below it.</summary>
    public required Module Top { get; init; }

    /// <summary>What the sequencer does for a token, in order; the index is what <c>probe_step</c> shows.</summary>
    public required IReadOnlyList<ChipStep> Steps { get; init; }

    /// <summary>The style of each matrix, and what it takes.</summary>
    public required StylePlan Styles { get; init; }

    /// <summary>Every memory that can be written.</summary>
    public required IReadOnlyList<ChipMemory> Memories { get; init; }

    /// <summary>Cycles of a token, exactly, from its acceptance to the offer of the next (streams that wait do not count).</summary>
    public required CycleModel Cycles { get; init; }

    /// <summary>One file per module, in an order in which each is defined before its use.</summary>
    /// <param name="view">For which kind of tool.</param>
    public IReadOnlyList<VerilogFile> Print(DesignView view = DesignView.Simulation) => VerilogPrinter.Print(Top, view);
}

/// <summary>One step of the sequencer.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">From the model: <c>layers_2_attention_query</c>.</param>
/// <param name="Unit">The block that performs it.</param>
/// <param name="Value">The value that it makes and probes show, element by element, of codes also the scale, at index <c>Width</c>; null where it fills a state.</param>
/// <param name="OnlyGenerating">Not performed for prompt tokens whose logits nobody needs.</param>
public sealed record ChipStep(int Index, string Name, string Unit, QuantizedValue? Value, bool OnlyGenerating);

/// <summary>A memory of the chip.</summary>
/// <param name="Macro">The wrapper module.</param>
/// <param name="IsPersistent">Carries the sequence from token to token (caches, states); others are working buffers.</param>
public sealed record ChipMemory(MemoryMacro Macro, bool IsPersistent);

/// <summary>The cycles that each step takes, known from the records that make the hardware.</summary>
/// <param name="StepCycles">Per step, as a function of the position (tokens of the sequence before this one).</param>
/// <param name="DrawCycles">What the sampler's step takes more when it draws by temperature.</param>
/// <param name="Steps">The steps.</param>
public sealed record CycleModel(IReadOnlyList<Func<long, long>> StepCycles, long DrawCycles, IReadOnlyList<ChipStep> Steps)
{
    /// <summary>Cycles of a token, as the port <c>cycles</c> shows them at <c>token_done</c>.</summary>
    /// <param name="position">Tokens of the sequence before it.</param>
    /// <param name="generates">Whether a token is generated behind it: of a prompt only the last does so.</param>
    /// <param name="draws">Whether that token is drawn by temperature: <c>inverse_temperature</c> is not 0.</param>
    public long Of(long position, bool generates, bool draws)
    {
        var sum = generates && draws ? DrawCycles : 0;
        for (var i = 0; i < Steps.Count; i++)
        {
            sum += generates || !Steps[i].OnlyGenerating ? StepCycles[i](position) : 0;
        }

        return sum;
    }
}
