using System.Text;
using System.Text.Json.Nodes;
using Accel.Core.Diagnostics;
using Accel.Report.Json;
using Accel.Report.Results;

namespace Accel.Report.Tests;

/// <summary>Result files: what is written reads back, and nothing else is read.</summary>
public sealed class ResultFileTests
{
    [Fact]
    public void What_is_written_reads_back_and_writes_the_same_bytes()
    {
        foreach (var result in new[] { Samples.Full(), Samples.Full(1.7), Samples.Empty() })
        {
            var text = ResultFile.Write(result);
            Assert.Equal(text, ResultFile.Write(Read(text)));
            Assert.EndsWith("}\n", text);
            Assert.DoesNotContain("\r", text);
        }
    }

    [Theory]
    [InlineData("""{"format": "accel-result", "version": 1, "version": 1}""", "a field that stands twice")]
    [InlineData("""{"format": "other", "version": 1}""", "found another file")]
    [InlineData("""[]""", "found another file")]
    [InlineData("""{"format": "accel-result", "version": 2}""", "version: expected 1, found 2")]
    [InlineData("""{"format": "accel-result", "version": 1e0}""", "found 1e0")]
    [InlineData("""{"format": "accel-result"}""", "version: expected 1, found none")]
    [InlineData("""{"format": "accel-result", "version": 1}""", "program: expected a value, found none")]
    [InlineData("""{"format": "accel-result", "version": 1, "program": null, "steps": []}""", "program: expected text of at most 20000 characters, found null")]
    [InlineData("""{"format": "accel-result", "version": 1, "program": "\ud800", "steps": []}""", "half a character")]
    [InlineData("""{"format": "accel-result", "version": 1, "program": "", "steps": [{"name": "check", "status": "passed", "detail": ""}]}""", "steps[0].status: expected one of done, failed, not-run, found \"passed\"")]
    [InlineData("""{"format": "accel-result", "version": 1, "program": "", "steps": [], "modle": {}}""", "did you mean 'model'?")]
    [InlineData("{\"format\": \"accel-result\",\n \"version\": 1", "line 2")]
    [InlineData("", "line 1, byte 1: expected JSON")]
    public void A_wrong_file_is_one_clear_line(string text, string message)
    {
        var fault = Assert.Throws<InputException>(() => Read(text));
        Assert.Contains(message, fault.Message);
        Assert.StartsWith("result.json: ", fault.Message);
        Assert.DoesNotContain("System.", fault.Message);
    }

    public static TheoryData<string, string, string> Contradictions => new()
    {
        { "timing.runs[0].units[1].busy", "1", "to add up to" },
        { "timing.runs[0].macs", "999999999999", "no more than the arrays can do" },
        { "timing.runs[0].dram_bytes", "999999999999", "no more than the memory can move" },
        { "timing.runs[0].cycles", "0", "cycles and tokens above zero" },
        { "timing.runs[0].timeline.slices[1].start", "0", "one after another" },
        { "timing.runs[0].units[0].busy", "-5", "a whole number from 0" },
        { "timing.runs[0].units[0].busy", "1.5", "a whole number from 0" },
        { "numerics.mean_divergence", "\"NaN\"", "a number from 0" },
        { "numerics.top_one_agreement", "1.01", "at most 1" },
        { "numerics.differing_bits", "3", "0, or a failed check" },
        { "verification.differing_tokens", "3", "no difference, or a failed step" },
        { "verification.cycles_agree", "false", "no difference, or a failed step" },
        { "hardware.core_hertz", "0", "above zero" },
        { "steps[0].status", "\"not-run\"", "among those that ran" },
        { "steps[0].name", "\"check\"", "each step once" },
        { "steps[0].name", "\"polish\"", "polish" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Figures_that_cannot_be_true_together_are_refused(string path, string value, string message)
    {
        var root = JsonNode.Parse(ResultFile.Write(Samples.Full()))!;
        Set(root, path, JsonNode.Parse(value));
        Assert.Contains(message, Assert.Throws<InputException>(() => Read(root.ToJsonString())).Message);
    }

    [Fact]
    public void Every_single_removed_field_is_named()
    {
        var text = ResultFile.Write(Samples.Full());
        var tried = 0;
        foreach (var path in Fields(JsonNode.Parse(text)!, "").Where(path => !path.Contains("[1", StringComparison.Ordinal) && !path.Contains("[2", StringComparison.Ordinal)))
        {
            var root = JsonNode.Parse(text)!;
            var (parent, name) = Parent(root, path);
            parent.AsObject().Remove(name);
            try
            {
                Read(root.ToJsonString());
                Assert.True(_optional.Contains(name), $"'{path}' is missing and nobody noticed");
            }
            catch (InputException fault)
            {
                Assert.True(fault.Message.Contains(name, StringComparison.Ordinal), $"'{path}' is missing, but the error says: {fault.Message}");
            }

            tried++;
        }

        Assert.True(tried > 80, $"{tried} fields");
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused_in_one_line()
    {
        var bytes = Encoding.UTF8.GetBytes(ResultFile.Write(Samples.Full()));
        for (var length = 0; length < bytes.Length - 2; length += 97)
        {
            var fault = Assert.Throws<InputException>(() => ResultFile.Read("result.json", bytes.AsMemory(0, length)));
            Assert.Single(fault.Faults);
        }
    }

    [Fact]
    public void A_result_that_contradicts_itself_is_not_written() =>
        Assert.Throws<InvalidOperationException>(() => ResultFile.Write(Samples.Full() with { Steps = [] }));

    private static readonly string[] _optional = ["model", "hardware", "compile", "numerics", "timing", "chip", "verification", "timeline", "first_difference"];

    private static RunResult Read(string text) => ResultFile.Read("result.json", Encoding.UTF8.GetBytes(text));

    private static void Set(JsonNode root, string path, JsonNode? value)
    {
        var (parent, name) = Parent(root, path);
        Assert.NotNull(parent[name]);
        parent[name] = value;
    }

    private static (JsonNode Parent, string Name) Parent(JsonNode root, string path)
    {
        var names = path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);
        var node = root;
        foreach (var name in names[..^1])
        {
            node = name[0] == '[' ? node[int.Parse(name[1..^1])]! : node[name]!;
        }

        return (node, names[^1]);
    }

    private static IEnumerable<string> Fields(JsonNode node, string path) => node switch
    {
        JsonObject o => o.SelectMany(pair => Fields(pair.Value!, path.Length == 0 ? pair.Key : $"{path}.{pair.Key}").Prepend(path.Length == 0 ? pair.Key : $"{path}.{pair.Key}")),
        JsonArray a => a.SelectMany((item, i) => Fields(item!, $"{path}[{i}]")),
        _ => [],
    };
}
