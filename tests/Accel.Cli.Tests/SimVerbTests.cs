using System.Text.Json;
using Accel.Sim.Tests.Reports;
using Accel.Tests.Shared;

namespace Accel.Cli.Tests;

public sealed class SimVerbTests
{
    [Fact]
    public void Units_operators_and_phases_each_account_for_every_cycle()
    {
        using var json = Json("sim", "stories260k", "--prefill", "16", "--decode", "3", "--json");
        var root = json.RootElement;
        var cycles = root.GetProperty("cycles").GetInt64();
        Assert.All(Items(root, "units"), unit => Assert.Equal(cycles, Number(unit, "busy") + Number(unit, "stalled") + Number(unit, "idle")));
        Assert.All(Items(root, "units"), unit => Assert.Equal(Number(unit, "stalled"), unit.GetProperty("stalled_on").EnumerateObject().Sum(cause => cause.Value.GetInt64())));
        Assert.Equal(cycles, Items(root, "operators").Sum(op => Number(op, "cycles")));
        Assert.Equal(cycles, Items(root, "phases").Sum(phase => Number(phase, "cycles")));
        Assert.Equal(["dma0", "dma1", "array0", "vector0", "sequencer"], Items(root, "units").Select(unit => unit.GetProperty("name").GetString()));
    }

    [Fact]
    public void Bytes_and_macs_of_operators_add_up_and_bytes_are_at_least_those_needed()
    {
        using var json = Json("sim", "stories260k", "--decode", "2", "--context", "100", "--json");
        var root = json.RootElement;
        var operators = Items(root, "operators").ToList();
        Assert.Equal(Number(root, "dram_bytes"), operators.Sum(op => Number(op, "bytes")));
        Assert.Equal(Number(root, "dram_bytes"), root.GetProperty("dram_bytes_by_class").EnumerateObject().Sum(each => each.Value.GetInt64()));
        Assert.Equal(Number(root, "macs"), operators.Sum(op => Number(op, "macs")));
        Assert.InRange(Number(root, "dram_bytes"), Number(root, "lower_bound_bytes"), (long)(1.1 * Number(root, "lower_bound_bytes")));
        Assert.InRange(root.GetProperty("roofline").GetProperty("reached").GetDouble(), 0, 1);
    }

    [Fact]
    public void Seconds_rates_and_energy_follow_from_cycles()
    {
        using var json = Json("sim", "stories260k", "--decode", "2", "--context", "100", "--json");
        var root = json.RootElement;
        var seconds = Number(root, "cycles") / 1e9;
        Assert.Equal(seconds, root.GetProperty("seconds").GetDouble(), 15);
        Assert.Equal(2 / seconds, root.GetProperty("tokens_per_second").GetDouble(), 6);
        Assert.Equal(root.GetProperty("energy").GetProperty("joules").GetDouble() / 2, root.GetProperty("energy").GetProperty("joules_per_token").GetDouble(), 15);
    }

    [Fact]
    public void Skipping_changes_nothing_but_the_cycles_that_were_stepped_through()
    {
        string Of(params string[] more)
        {
            using var json = Json(["sim", "stories260k", "--decode", "--context", "40", "--json", .. more]);
            return string.Join('\n', json.RootElement.EnumerateObject().Where(p => p.Name is not ("stepped_cycles" or "dram")).Select(p => $"{p}"));
        }

        Assert.Equal(Of("--no-skip"), Of());
    }

    [Fact]
    public void Sequences_of_a_batch_have_contexts_of_their_own()
    {
        (long Cache, long Weights, long Cycles) Of(params string[] work)
        {
            using var json = Json(["sim", "stories15m", "--hw", "edge", "--decode", "--no-place-state", "--json", .. work]);
            var bytes = json.RootElement.GetProperty("dram_bytes_by_class");
            return (Number(bytes, "cache"), Number(bytes, "weights"), Number(json.RootElement, "cycles"));
        }

        var (own, shortest, longest) = (Of("--context", "150,20"), Of("--context", "20", "--batch", "2"), Of("--context", "150", "--batch", "2"));
        Assert.Equal(shortest.Cache + longest.Cache, 2 * own.Cache);
        Assert.Equal(longest.Weights, own.Weights);
        Assert.InRange(own.Cycles, shortest.Cycles, longest.Cycles);
    }

    [Fact]
    public void A_trained_model_without_options_decodes_one_token()
    {
        using var json = Json("sim", "--json");
        Assert.Equal(("shakespeare-hybrid", 0L, 1L, 511L), (
            json.RootElement.GetProperty("model").GetString(), Number(json.RootElement, "prefill_tokens"), Number(json.RootElement, "decode_tokens"), Number(json.RootElement, "context")));
    }

    [Theory]
    [InlineData("--prefill", 512, 0, 0)]
    [InlineData("--prefill --decode", 511, 1, 0)]
    [InlineData("--prefill --context 500", 12, 0, 500)]
    [InlineData("--prefill 7 --context 3", 7, 0, 3)]
    [InlineData("--decode", 0, 1, 511)]
    [InlineData("--decode 0 --prefill 4", 4, 0, 0)]
    public void Work_has_defaults_that_make_sense(string options, long prefill, long decode, long context)
    {
        using var json = Json(["sim", "stories260k", .. options.Split(' '), "--json"]);
        Assert.Equal((prefill, decode, context), (Number(json.RootElement, "prefill_tokens"), Number(json.RootElement, "decode_tokens"), Number(json.RootElement, "context")));
    }

    [Fact]
    public void A_timeline_and_a_CSV_are_written_beside_the_report()
    {
        using var folder = new TemporaryFolder();
        var result = Accel(0, "sim", "stories260k", "--decode", "2", "--context", "30", "--trace", folder.Path("run.pftrace"), "--csv", folder.Path("run.csv"), "--json");
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(["run.csv", "run.pftrace"], folder.Names);
        var tracks = PerfettoReader.Read(File.ReadAllBytes(folder.Path("run.pftrace")));
        Assert.Equal(["decode at 30, sequence 0", "decode at 31, sequence 0"], tracks.Single(track => track.Name == "runs").Slices.Select(slice => slice.Name));
        Assert.Superset(new HashSet<string> { "dma0", "dma1", "array0", "vector0", "memory bandwidth", "bursts under way" }, tracks.Select(track => track.Name).ToHashSet());
        Assert.Equal(Items(json.RootElement, "operators").Count() + 1, File.ReadAllLines(folder.Path("run.csv")).Length);
    }

    [Fact]
    public void No_output_replaces_an_input_or_another_output()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("edge.yaml", File.ReadAllText(Path.Combine(Repository.Root!, "hw-configs", "edge.yaml")));
        Assert.Contains("another file than the input", Accel(2, "sim", "--hw", config, "--csv", config).Error, StringComparison.Ordinal);
        Assert.Contains("another file than the input", Accel(2, "sim", "--hw", config, "--trace", config).Error, StringComparison.Ordinal);
        Assert.Contains("another file", Accel(2, "sim", "--csv", folder.Path("out"), "--trace", folder.Path("out")).Error, StringComparison.Ordinal);
        Assert.Equal(["edge.yaml"], folder.Names);
    }

    [Fact]
    public void A_timeline_whose_run_fails_is_not_left_behind()
    {
        using var folder = new TemporaryFolder();
        Accel(2, "sim", "stories260k", "--hw", "edge", "--batch", "1", "--context", "2000", "--trace", folder.Path("run.pftrace"));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Passes_are_left_out_one_by_one_and_none_costs_bytes()
    {
        using var json = Json("sim", "stories260k", "--prefill", "32", "--savings", "--json");
        var rows = Items(json.RootElement, "left_out").ToDictionary(row => row.GetProperty("name").GetString()!);
        var whole = Number(rows["nothing"], "dram_bytes");
        Assert.All(rows.Values, row => Assert.True(Number(row, "dram_bytes") >= whole, $"{row}"));
        Assert.All(new[] { "fuse-attention", "fuse-swiglu", "fuse-qkv" }, name => Assert.True(Number(rows[name], "dram_bytes") > whole, name));
        Assert.All(rows.Values, row => Assert.True(Number(row, "dram_bytes") <= Number(rows["all of them"], "dram_bytes"), $"{row}"));

        using var single = Json("sim", "stories260k", "--prefill", "32", "--no-fuse-swiglu", "--json");
        Assert.Equal(Number(rows["fuse-swiglu"], "cycles"), Number(single.RootElement, "cycles"));
    }

    [Fact]
    public void A_program_for_another_machine_is_refused()
    {
        using var folder = new TemporaryFolder();
        Accel(0, "compile", "stories260k", "--hw", "edge", "-o", folder.Path("program.bin"));
        Assert.Contains("a program compiled for 'mid'", Accel(2, "sim", "stories260k", "--hw", "mid", "--program", folder.Path("program.bin")).Error, StringComparison.Ordinal);
        using var json = Json("sim", "stories260k", "--hw", "edge", "--program", folder.Path("program.bin"), "--json");
        Assert.True(Number(json.RootElement, "cycles") > 0);
    }

    [Theory]
    [InlineData()]
    [InlineData("--no-skip")]
    public void A_deadlock_is_printed_as_who_waits_for_whom(params string[] mode)
    {
        using var folder = new TemporaryFolder();
        Accel(0, "compile", "stories260k", "--hw", "edge", "-o", folder.Path("program.bin"));
        var lines = Accel(0, "disasm", folder.Path("program.bin")).Output.Split('\n').ToList();

        // Ahead of a decode step, two units that wait for each other.
        var decode = lines.FindIndex(line => line.StartsWith("entry name=decode", StringComparison.Ordinal));
        lines.InsertRange(decode + 1, ["sync on=dma0 of=0 wait=60 signal=61", "sync on=array0 of=0 wait=61 signal=60"]);
        Accel(0, "disasm", folder.Write("broken.txt", string.Join('\n', lines)), "--assemble", folder.Path("broken.bin"));
        var error = Accel(1, ["sim", "stories260k", "--hw", "edge", "--program", folder.Path("broken.bin"), .. mode]).Error.Split('\n');
        Assert.StartsWith("deadlock: decode: ", error[0], StringComparison.Ordinal);
        Assert.Contains(error, line => line.StartsWith("  dma0 waits at [0] sync for semaphore 60", StringComparison.Ordinal) && line.Contains("array0", StringComparison.Ordinal));
        Assert.Contains(error, line => line.StartsWith("  array0 waits at [1] sync for semaphore 61", StringComparison.Ordinal) && line.Contains("dma0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sim --context 600", "at most 512 positions")]
    [InlineData("sim --prefill 0 --decode 0", "a token or more")]
    [InlineData("sim --prefill -1", "from 0 up")]
    [InlineData("sim --batch 0", "from 1 up")]
    [InlineData("sim --decode many", "Cannot parse")]
    [InlineData("sim --context 20,", "whole numbers from 0 up with commas between, found '20,'")]
    [InlineData("sim --context 20,-3", "whole numbers from 0 up")]
    [InlineData("sim --context 20,30 --batch 3", "one for each of 3 sequences, found 2 numbers")]
    [InlineData("sim --context 20,600", "at most 512 positions")]
    [InlineData("sim no-such-model", "did you mean|a bundled name")]
    [InlineData("sim --hw no-such-machine", "a config file, or one of")]
    [InlineData("sim --trace no/such/folder/file", "no such folder")]
    [InlineData("sim --no-fuse-everything", "Unrecognized|expected")]
    [InlineData("why --context 600", "at most 512 positions")]
    public void Bad_input_names_what_is_wrong(string arguments, string message)
    {
        var error = Accel(2, arguments.Split(' ')).Error;
        Assert.Contains(message.Split('|'), each => error.Contains(each, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_names_the_binding_resource_and_simulates_every_change()
    {
        using var json = Json("why", "stories260k", "--decode", "--context", "100", "--json");
        var root = json.RootElement;
        var best = Items(root, "reruns").Take(3).MinBy(rerun => Number(rerun, "cycles"));
        Assert.Contains(root.GetProperty("binding").GetString(), new[] { best.GetProperty("takes_no_time")[0].GetString(), "none" });
        Assert.Equal(Number(root, "cycles") / (double)Number(best, "cycles"), root.GetProperty("gain_without_binding").GetDouble(), 9);
        Assert.Equal(5, Items(root, "reruns").Count());
        Assert.All(Items(root, "changes"), change => Assert.True(change.TryGetProperty("faster", out _) || change.GetProperty("obstacle").GetString()!.Length > 0));
    }

    [Fact]
    public void Why_writes_prose_that_fits_80_columns()
    {
        var text = Accel(0, "why", "stories260k").Output;
        Assert.Contains("What binds it: ", text, StringComparison.Ordinal);
        Assert.Contains("What would bind next: ", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Fact]
    public void Tables_of_sim_fit_100_columns()
    {
        var text = Accel(0, "sim", "--prefill", "--decode").Output;
        Assert.All(text.Split('\n').TakeWhile(line => !line.StartsWith("energy", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, 100));
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) => element.GetProperty(name).EnumerateArray();

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static JsonDocument Json(params string[] args) => JsonDocument.Parse(Accel(0, args).Output);

    private static (string Output, string Error) Accel(int exit, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var found = CommandLine.Run(args, output, error);
        Assert.True(exit == found, $"exit {found}: {error}");
        return (output.ToString(), error.ToString());
    }
}
