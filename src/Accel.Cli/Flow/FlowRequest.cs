using Accel.Cli.Integer;

namespace Accel.Cli.Flow;

/// <summary>What a flow is to do.</summary>
/// <param name="Model">As the user named it.</param>
/// <param name="Hardware">Likewise.</param>
/// <param name="Context">Positions that caches are laid out for; 0 for the model's, at most <see cref="UsualContext"/>.</param>
/// <param name="CheckTokens">Tokens that float reference, integers and program run side by side, in prefill and again in decode.</param>
/// <param name="PromptTokens">Tokens of the prompt that is timed; 0 for none.</param>
/// <param name="Prompt">Text that the chip continues.</param>
/// <param name="ChipTokens">Tokens that the chip draws behind it, greedily and again by temperature.</param>
internal sealed record FlowRequest(
    string Model, string Hardware, WeightChoice Weights, FileInfo? Calibration, int Context, int CheckTokens, int PromptTokens, string Prompt, int ChipTokens)
{
    public const int UsualContext = 4096;

    /// <summary>Most tokens of a run of the prompt, as <c>sim</c> asks for; the compiler takes less where the scratchpad does.</summary>
    public const int LongestRun = 1024;
}
