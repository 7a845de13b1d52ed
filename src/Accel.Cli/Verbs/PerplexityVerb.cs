using System.CommandLine;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Runtime;
using Accel.Runtime.Generation;

namespace Accel.Cli.Verbs;

/// <summary><c>accel perplexity</c>: how well a model predicts a text.</summary>
internal static class PerplexityVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var text = new Option<FileInfo>("--text") { Description = "UTF-8 text file", Required = true };
        var context = CommonOptions.Positive("--context", "tokens per window; each window starts from empty state", 256);
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("perplexity", "measure how well a model predicts a text, in windows from empty state") { model, text, context, threads, json };
        command.SetAction(parsed =>
        {
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            var file = parsed.GetValue(text)!;
            var tokens = loaded.Tokenizer.Encode(TextFile.Read(file), addBegin: false);
            if (tokens.Length < 2)
            {
                throw new InputException(file.ToString(), "", "text of at least two tokens", $"{tokens.Length}");
            }

            var window = (int)Math.Min(parsed.GetValue(context), Math.Min(loaded.ContextLength, tokens.Length - 1));
            using var session = new Session(loaded.Graph, loaded.Weights, new SessionOptions(window, parsed.GetValue(threads)));
            var progress = new Progress(terminal, "tokens", tokens.Length);
            var result = Perplexity.Measure(session, tokens, window, progress.Report);
            progress.Finish();
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    writer.WriteString("model", loaded.Name);
                    writer.WriteNumber("perplexity", result.Value);
                    writer.WriteNumber("tokens", result.Tokens);
                    writer.WriteNumber("context", window);
                });
                return ExitCode.Done;
            }

            terminal.Output.WriteLine($"{Terminal.Shown(loaded.Name)}: perplexity {result.Value:0.0000} over {result.Tokens} tokens in windows of {window}");
            return ExitCode.Done;
        });
        return command;
    }
}
