using System.CommandLine;
using System.Runtime.InteropServices;
using Accel.Core.Diagnostics;
using Accel.Models;
using Accel.Runtime;

namespace Accel.Cli.Verbs;

/// <summary><c>accel logits</c>: the logits after each of a list of tokens, for comparison with any other runtime.</summary>
internal static class LogitsVerb
{
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
            var loaded = ModelLoader.Load(parsed.GetValue(model)!);
            var ids = ReadTokens(parsed.GetValue(tokens)!);
            using var session = new Session(loaded.Graph, loaded.Weights, new SessionOptions(ids.Length, parsed.GetValue(threads)));
            var logits = new float[checked((long)ids.Length * session.VocabularySize)];
            session.Forward(ids, logits);
            var target = parsed.GetValue(output)!;
            OutputFile.Write(target.ToString(), stream => stream.Write(MemoryMarshal.AsBytes<float>(logits)));
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
        var words = TextFile.Read(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            throw new InputException(file.ToString(), "", "at least one token id", "none");
        }

        return [.. words.Select((word, index) => int.TryParse(word, out var id) && id >= 0
            ? id
            : throw new InputException(file.ToString(), $"word {index + 1}", "a token id", $"'{word}'"))];
    }
}
