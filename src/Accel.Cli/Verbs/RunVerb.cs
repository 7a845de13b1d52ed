using System.CommandLine;
using System.Diagnostics;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Runtime;
using Accel.Runtime.Generation;

namespace Accel.Cli.Verbs;

/// <summary><c>accel run</c>: generates text with the float32 reference.</summary>
internal static class RunVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var prompt = new Option<string>("--prompt", "-p") { Description = "text to continue", DefaultValueFactory = _ => "ROMEO:" };
        var tokens = CommonOptions.Positive("--tokens", "tokens to generate at most", 200);
        var temperature = CommonOptions.Number("--temperature", "0 takes the likeliest token", 0.8, 0, 100);
        var topK = CommonOptions.AtLeast("--top-k", "draw from the k likeliest; 0 for all", 0, 0);
        var topP = CommonOptions.Number("--top-p", "draw from the likeliest that reach this probability", 0.95, 1e-9, 1);
        var seed = new Option<ulong>("--seed") { Description = "same seed, same text", DefaultValueFactory = _ => 1 };
        var context = CommonOptions.AtLeast("--context", "positions of the KV cache; 0 for what prompt and tokens need, up to the model's", 0, 0);
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("run", "generate text with the float32 reference runtime")
        {
            model, prompt, tokens, temperature, topK, topP, seed, context, threads, json,
        };
        command.SetAction(parsed => Run(
            terminal,
            ModelLoader.Load(parsed.GetValue(model)!),
            parsed.GetValue(prompt)!,
            parsed.GetValue(tokens),
            new SamplerOptions(parsed.GetValue(temperature), parsed.GetValue(topK), parsed.GetValue(topP), parsed.GetValue(seed)),
            parsed.GetValue(context),
            parsed.GetValue(threads),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, Model model, string prompt, int tokens, SamplerOptions sampling, int context, int threads, bool json)
    {
        var weights = model.Weights;
        var tokenizer = model.Tokenizer;
        var ids = tokenizer.Encode(prompt, tokenizer.AddsBeginOfText);
        if (ids.Length == 0)
        {
            ids = [tokenizer.BeginOfText ?? throw new InputException("--prompt", "", "text, since the model has no begin token", "no tokens")];
        }

        var most = (int)Math.Min(model.ContextLength, int.MaxValue);
        var capacity = context > 0 ? context : (int)Math.Min(most, (long)ids.Length + tokens);
        if (ids.Length >= capacity)
        {
            throw new InputException("--prompt", "", $"fewer than {capacity} tokens, the context", $"{ids.Length} tokens");
        }

        using var session = new Session(model.Graph, weights, new SessionOptions(capacity, threads));
        var sampler = new Sampler(sampling);
        var generated = new List<int>();
        var stream = tokenizer.Stream();
        var text = new System.Text.StringBuilder();
        var clock = Stopwatch.StartNew();
        var next = Draw(session.Prefill(ids));
        var prefillSeconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var steps = 0;
        if (!json)
        {
            terminal.Output.Write(prompt);
        }

        while (true)
        {
            generated.Add(next);
            if (tokenizer.EndTokens.Contains(next))
            {
                break;
            }

            Emit(stream.Append(next));
            if (generated.Count == tokens || session.Position == capacity)
            {
                break;
            }

            next = Draw(session.Decode(next));
            steps++;
        }

        var decodeSeconds = clock.Elapsed.TotalSeconds;
        Emit(stream.Flush());
        var prefillRate = ids.Length / prefillSeconds;
        var decodeRate = steps == 0 ? 0 : steps / decodeSeconds;
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                writer.WriteString("model", model.Name);
                writer.WriteString("prompt", prompt);
                Write("prompt_tokens", ids);
                Write("tokens", generated);
                writer.WriteString("text", text.ToString());
                writer.WriteNumber("prefill_tokens_per_second", prefillRate);
                writer.WriteNumber("decode_tokens_per_second", decodeRate);

                void Write(string name, IEnumerable<int> values)
                {
                    writer.WriteStartArray(name);
                    foreach (var value in values)
                    {
                        writer.WriteNumberValue(value);
                    }

                    writer.WriteEndArray();
                }
            });
            return ExitCode.Done;
        }

        terminal.Output.WriteLine();
        terminal.Error.WriteLine(
            $"{Terminal.Shown(model.Name)}: prefill {ids.Length} tokens at {prefillRate:N0} tokens/s, decode {generated.Count} tokens at {decodeRate:N0} tokens/s, {threads} thread{(threads == 1 ? "" : "s")}");
        return ExitCode.Done;

        // A head may be padded beyond the tokens that there are; those rows name nothing.
        int Draw(ReadOnlySpan<float> logits)
        {
            FiniteLogits.Require(logits, session.Name, session.Position - 1);
            return sampler.Sample(logits[..Math.Min(logits.Length, tokenizer.VocabularySize)]);
        }

        void Emit(string piece)
        {
            text.Append(piece);
            if (!json)
            {
                terminal.Output.Write(piece);
                terminal.Output.Flush();
            }
        }
    }
}
