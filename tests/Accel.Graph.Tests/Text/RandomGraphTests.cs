using Accel.Core.Diagnostics;
using Accel.Graph.Text;
using Accel.Tests.Shared;

namespace Accel.Graph.Tests.Text;

public class RandomGraphTests
{
    [Fact]
    public void Random_graphs_print_and_parse_to_the_same_text_and_ops() => SeededProperty.Holds(
        RandomGraphs.Seeds,
        seed =>
        {
            var graph = RandomGraphs.Create(seed);
            var text = GraphPrinter.Print(graph);
            var parsed = GraphParser.Parse("random", text);
            Assert.Equal(text, GraphPrinter.Print(parsed));
            Assert.Equal(graph.Nodes.Select(node => node.Op), parsed.Nodes.Select(node => node.Op));
        },
        runs: 500);

    [Fact]
    public void Mutated_text_is_a_graph_or_an_input_fault()
    {
        var (graphs, faults) = (0, 0);
        SeededProperty.Holds(
            RandomGraphs.Seeds,
            seed =>
            {
                var random = new Random(seed);
                var text = random.Next(4) == 0 ? EveryOp.Text : GraphPrinter.Print(RandomGraphs.Create(seed));
                for (var edits = random.Next(1, 3); edits > 0; edits--)
                {
                    text = Mutate(text, random);
                }

                try
                {
                    GraphPrinter.Print(GraphParser.Parse("mutated", text));
                    graphs++;
                }
                catch (InputException)
                {
                    faults++;
                }
            },
            runs: 5000);
        Assert.True(graphs > 100 && faults > 1000, $"{graphs} graphs and {faults} faults: the mutations do not reach both sides");
    }

    /// <summary>One edit: at the level of characters, of words, or of lines.</summary>
    private static string Mutate(string text, Random random)
    {
        const string Alphabet = "{}()[]=:,#-.0189TCSaf_ \n\0é";
        string[] words = ["-1", "0", "1", "2", "9223372036854775807", "1e999", "inf", "true", "T", "C", "[]", "[1, 2]", "x", "f32[]", "i32[T]", "f32[T, 0]"];
        var at = random.Next(text.Length);
        switch (random.Next(5))
        {
            case 0:
                return text.Insert(at, Alphabet[random.Next(Alphabet.Length)].ToString());
            case 1:
                return text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
            case 2:
                return text[..at];
            case 3:
                var lines = text.Split('\n');
                (lines[at % lines.Length], lines[random.Next(lines.Length)]) = (lines[random.Next(lines.Length)], lines[at % lines.Length]);
                return string.Join('\n', lines);
            default:
                var end = at;
                while (at > 0 && char.IsLetterOrDigit(text[at - 1]))
                {
                    at--;
                }

                while (end < text.Length && char.IsLetterOrDigit(text[end]))
                {
                    end++;
                }

                return string.Concat(text.AsSpan(0, at), words[random.Next(words.Length)], text.AsSpan(end));
        }
    }
}
