using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Runtime;
using Accel.Runtime.Generation;

namespace Accel.Cli.Integer;

/// <summary>
/// Token sequences to calibrate with and to check with: cut from a text that the user gave, else from the text that comes with the
/// bundled model (checks from its start, calibration from its end, so they never meet), else written by the model itself at
/// temperature 1.
/// </summary>
internal static class TextSource
{
    private const ulong CalibrationSeed = 2026;
    private const ulong CheckSeed = 7;

    /// <summary>Sequences to calibrate with.</summary>
    public static int[][] Calibration(Model model, FileInfo? text, int count, int tokens)
    {
        if (Tokens(model, text) is not { } ids)
        {
            return [.. Enumerable.Range(0, count).Select(i => Written(model, tokens, CalibrationSeed + (ulong)i))];
        }

        tokens = Math.Min(tokens, ids.Length);
        count = Math.Min(count, ids.Length / tokens);
        return [.. Enumerable.Range(0, count).Select(i => ids[^((i + 1) * tokens)..^(i * tokens)])];
    }

    /// <summary>One sequence to check with; shorter only if the user's text is.</summary>
    public static int[] Check(Model model, FileInfo? text, int tokens) => Tokens(model, text) is { } ids
        ? ids.Length >= 2 ? ids[..Math.Min(tokens, ids.Length)] : throw new InputException(text?.ToString() ?? model.Path, "", "text of at least two tokens", $"{ids.Length}")
        : Written(model, tokens, CheckSeed);

    private static int[]? Tokens(Model model, FileInfo? text)
    {
        var bundled = new FileInfo(Path.Combine(model.Path, "validation.txt"));
        return text is null && !bundled.Exists ? null : model.Tokenizer.Encode(TextFile.Read(text ?? bundled), addBegin: false);
    }

    private static int[] Written(Model model, int count, ulong seed)
    {
        using var session = new Session(model.Graph, model.Weights, new SessionOptions(count));
        var sampler = new Sampler(new SamplerOptions(Temperature: 1, Seed: seed));
        var tokens = new int[count];
        tokens[0] = model.HasTokenizer ? model.Tokenizer.BeginOfText ?? 1 : 1;
        for (var i = 1; i < count; i++)
        {
            var logits = session.Decode(tokens[i - 1]);
            FiniteLogits.Require(logits, session.Name, i - 1);
            tokens[i] = sampler.Sample(logits);
        }

        return tokens;
    }
}
