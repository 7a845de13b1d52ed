using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Cli.Verbs;

/// <summary><c>accel logits</c>: the logits after each of a list of tokens, for comparison with any other runtime.</summary>
internal static class LogitsVerb
{
    // Some millions of ids: more than any context.
    private const int MaxTokenBytes = 16 << 20;
    private const int LongestQuote = 40;

    private static readonly SearchValues<char> _blanks = SearchValues.Create(" \t\r\n\f\v");

    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var tokens = new Option<FileInfo>("--tokens") { Description = "token ids, separated by blanks or line ends", Required = true };
        var output = new Option<FileInfo>("--output", "-o") { Description = "little-endian float32 [n, vocabulary]", Required = true };
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("logits", "write the logits after each token of a file") { model, tokens, output, threads, json };
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(output)!;
            OutputFile.RequirePlace(target, parsed.GetValue(tokens), new FileInfo(parsed.GetValue(model)!));
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            var ids = ReadTokens(parsed.GetValue(tokens)!);
            using var session = new Session(loaded.Graph, loaded.Weights, new SessionOptions(ids.Length, parsed.GetValue(threads)));
            OutputFile.Write(target.ToString(), stream => session.Forward(ids, (_, rows) => stream.Write(MemoryMarshal.AsBytes(rows))));
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer =>
                {
                    writer.WriteString("model", loaded.Name);
                    writer.WriteString("output", target.ToString());
                    writer.WriteNumber("tokens", ids.Length);
                    writer.WriteNumber("vocabulary", session.VocabularySize);
                });
                return ExitCode.Done;
            }

            terminal.Output.WriteLine($"{target}: float32 [{ids.Length}, {session.VocabularySize}]");
            return ExitCode.Done;
        });
        return command;
    }

    private static int[] ReadTokens(FileInfo file)
    {
        var rest = TextFile.Read(file, MaxTokenBytes).AsSpan().TrimStart();
        var ids = new List<int>();
        while (rest.Length > 0)
        {
            var end = rest.IndexOfAny(_blanks);
            var word = end < 0 ? rest : rest[..end];
            ids.Add(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id
                : throw new InputException(file.ToString(), $"word {ids.Count + 1}", "a token id", $"'{(word.Length > LongestQuote ? $"{word[..LongestQuote]}…" : word.ToString())}'"));
            rest = rest[word.Length..].TrimStart();
        }

        return ids.Count > 0 ? [.. ids] : throw new InputException(file.ToString(), "", "at least one token id", "none");
    }
}
