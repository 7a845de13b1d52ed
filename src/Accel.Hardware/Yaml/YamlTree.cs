using Accel.Core.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Accel.Hardware.Yaml;

/// <summary>A node of a YAML document, with where it stands; lines and columns count from 1.</summary>
internal abstract record YamlNode(long Line, long Column);

internal sealed record YamlScalar(string Text, long Line, long Column) : YamlNode(Line, Column);

internal sealed record YamlSequence(IReadOnlyList<YamlNode> Items, long Line, long Column) : YamlNode(Line, Column);

internal sealed record YamlMapping(IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries, long Line, long Column) : YamlNode(Line, Column);

/// <summary>
/// Reads one YAML document into nodes. A config needs no anchors, aliases or tags, is small and shallow: whatever else comes is refused
/// before it can grow.
/// </summary>
internal static class YamlTree
{
    private const int LongestText = 1 << 18;
    private const int MostNodes = 10_000;
    private const int DeepestNesting = 12;

    /// <exception cref="InputException">Not YAML, or not the plain YAML that configs are written in.</exception>
    public static YamlNode Parse(string file, string text)
    {
        if (text.Length > LongestText)
        {
            throw new InputException(file, "", $"at most {LongestText} characters", $"{text.Length}");
        }

        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                throw new InputException($"{file}:1:1", "", "a mapping", "nothing");
            }

            parser.Consume<DocumentStart>();
            var nodes = 0;
            var root = Node(file, parser, 0, ref nodes);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out var second))
            {
                throw Fault(file, second, "one document", "a second one");
            }

            return root;
        }
        catch (YamlException error)
        {
            // The library's text may run over several lines; its first says what is wrong.
            throw new InputException(
                $"{file}:{error.Start.Line}:{error.Start.Column}", "", "YAML", error.Message.Split('\n')[0].Trim());
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The library's scanner loses its footing in some malformed texts and says so in these ways.
            var place = parser.Current is { } last ? $"{file}:{last.End.Line}:{last.End.Column}" : file;
            throw new InputException(place, "", "YAML", "something else from here on");
        }
    }

    private static YamlNode Node(string file, Parser parser, int depth, ref int nodes)
    {
        if (++nodes > MostNodes || depth > DeepestNesting)
        {
            throw Fault(file, parser.Current!, $"at most {MostNodes} values, nested {DeepestNesting} deep", "more");
        }

        switch (parser.Current)
        {
            case NodeEvent { Anchor.IsEmpty: false } anchored:
                throw Fault(file, anchored, "plain values without anchors", $"the anchor '{anchored.Anchor}'");
            case NodeEvent { Tag.IsEmpty: false } tagged:
                throw Fault(file, tagged, "plain values without tags", $"the tag '{tagged.Tag}'");
            case AnchorAlias alias:
                throw Fault(file, alias, "plain values without aliases", $"the alias '{alias.Value}'");
            case Scalar scalar:
                parser.MoveNext();
                return new YamlScalar(scalar.Value, scalar.Start.Line, scalar.Start.Column);
            case SequenceStart start:
                parser.MoveNext();
                var items = new List<YamlNode>();
                while (!parser.Accept<SequenceEnd>(out _))
                {
                    items.Add(Node(file, parser, depth + 1, ref nodes));
                }

                parser.MoveNext();
                return new YamlSequence(items, start.Start.Line, start.Start.Column);
            case MappingStart start:
                parser.MoveNext();
                var entries = new List<(YamlScalar, YamlNode)>();
                while (!parser.Accept<MappingEnd>(out _))
                {
                    var key = Node(file, parser, depth + 1, ref nodes);
                    if (key is not YamlScalar name)
                    {
                        throw new InputException($"{file}:{key.Line}:{key.Column}", "", "a name as key", "a sequence or mapping");
                    }

                    entries.Add((name, Node(file, parser, depth + 1, ref nodes)));
                }

                parser.MoveNext();
                return new YamlMapping(entries, start.Start.Line, start.Start.Column);
            case var other:
                throw Fault(file, other!, "a value", other!.GetType().Name);
        }
    }

    private static InputException Fault(string file, ParsingEvent at, string expected, string found) =>
        new($"{file}:{at.Start.Line}:{at.Start.Column}", "", expected, found);
}
