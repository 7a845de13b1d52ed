using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Runtime.Generation;

namespace Accel.Cli.Tests;

/// <summary>Input that once crashed, hung, or was misread without a word: each is one line and exit code 2, or works.</summary>
public sealed class RefusalTests
{
    private const string Llama = """
        {"model_type":"llama","hidden_size":48,"num_attention_heads":6,"num_key_value_heads":2,"intermediate_size":40,"num_hidden_layers":2,
         "vocab_size":37,"rms_norm_eps":1e-5,"max_position_embeddings":64,KEY}
        """;

    [Theory]
    [InlineData("\"head_dim\":7", "head_dim")]
    [InlineData("\"head_dim\":2147483646", "head_dim")]
    [InlineData("\"partial_rotary_factor\":0.5", "partial_rotary_factor")]
    [InlineData("\"rope_parameters\":{\"full_attention\":{\"rope_theta\":1e6}}", "rope_parameters.rope_type")]
    [InlineData("\"rope_parameters\":{\"rope_theta\":1e6,\"rope_type\":\"spiral\"}", "rope_parameters.rope_type")]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1,\"original_max_position_embeddings\":16}", "high_freq_factor")]
    public void A_shape_that_cannot_be_built_or_honoured_names_its_key(string setting, string key)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(key, "inspect", folder.Write("s.json", Llama.Replace("KEY", setting, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_base_in_rope_parameters_is_the_base()
    {
        using var folder = new TemporaryFolder();
        string Graph(string name, string setting) => Run("inspect", folder.Write(name, Llama.Replace("KEY", "\"_name\":\"m\"," + setting, StringComparison.Ordinal)), "--graph").Output;
        var old = Graph("a.json", "\"rope_theta\":500000.0");
        Assert.Equal(old, Graph("b.json", "\"rope_parameters\":{\"rope_theta\":500000.0,\"rope_type\":\"default\"}"));
        Assert.NotEqual(old, Graph("c.json", "\"rope_theta\":10000.0"));
    }

    [Theory]
    [InlineData("\"use_bias\":true", "use_bias")]
    [InlineData("\"use_conv_bias\":false", "use_conv_bias")]
    [InlineData("\"hidden_act\":\"gelu\"", "hidden_act")]
    public void A_mamba_variant_that_is_not_honoured_is_refused(string setting, string key)
    {
        using var folder = new TemporaryFolder();
        var config = $$"""{"model_type":"mamba","d_model":16,"n_layer":1,"vocab_size":8,"d_state":4,{{setting}}}""";
        AssertRefused(key, "inspect", folder.Write("m.json", config));
    }

    [Fact]
    public void A_ring_cache_counts_what_a_token_adds_while_it_fills()
    {
        using var json = JsonDocument.Parse(Run("inspect", "mistral-7b-v0.1", "--json").Output);
        Assert.Equal(131_072, json.RootElement.GetProperty("state_bytes_per_token").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("state_bytes_per_token_at_full_context").GetInt64());
    }

    [Fact]
    public void The_graph_is_json_where_json_is_asked_for()
    {
        using var json = JsonDocument.Parse(Run("inspect", "--graph", "--json").Output);
        Assert.Contains("embedding", json.RootElement.GetProperty("graph").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_for_the_most_tokens_there_can_be_allocates_only_what_is_used() =>
        Assert.InRange(Run("run", "--tokens", "2147483647", "--context", "12", "--temperature", "1e-39").Exit, 0, 0);

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("/")]
    public void A_text_that_is_no_regular_file_is_refused(string path) => AssertRefused("expected", "perplexity", "--text", path);

    [Fact]
    public void A_byte_order_mark_is_no_text()
    {
        using var folder = new TemporaryFolder();
        string Tokens(string name, string text) => Run("logits", "--tokens", folder.Write(name, text), "--output", folder.Path("o.bin"), "--json").Error;
        Assert.Equal("", Tokens("t.txt", "\uFEFF1 2\n"));
    }

    [Fact]
    public void An_output_never_replaces_an_input()
    {
        using var folder = new TemporaryFolder();
        var tokens = folder.Write("t.txt", "1 2");
        AssertRefused("another file than the input", "logits", "--tokens", tokens, "--output", tokens);
        Assert.Equal("1 2", File.ReadAllText(tokens));
    }

    [Fact]
    public void A_link_stays_a_link_and_its_target_is_written()
    {
        using var folder = new TemporaryFolder();
        var target = folder.Write("real.bin", "old");
        File.CreateSymbolicLink(folder.Path("link.bin"), target);
        Assert.Equal(0, Run("logits", "--tokens", folder.Write("t.txt", "1 2"), "--output", folder.Path("link.bin")).Exit);
        Assert.Equal(2 * 512 * 4, new FileInfo(target).Length);
        Assert.NotNull(new FileInfo(folder.Path("link.bin")).LinkTarget);
    }

    [Fact]
    public void A_device_is_written_as_it_stands()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Run("logits", "--tokens", folder.Write("t.txt", "1 2"), "--output", "/dev/null").Exit);
        Assert.Equal(["t.txt"], folder.Names);
    }

    [Fact]
    public void A_file_that_was_beside_the_output_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        var other = folder.Write("o.bin.partial", "mine");
        Assert.Equal(0, Run("logits", "--tokens", folder.Write("t.txt", "1 2"), "--output", folder.Path("o.bin")).Exit);
        Assert.Equal("mine", File.ReadAllText(other));
    }

    [Fact]
    public void Threads_beyond_the_limit_are_refused() => AssertRefused("256", "run", "--threads", "100000");

    [Fact]
    public void Logits_that_are_no_numbers_are_refused_by_position() =>
        Assert.Contains("position 7", Assert.Throws<InputException>(() => FiniteLogits.Require([1, float.NaN], "m", 7)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_least_temperature_takes_the_likeliest() =>
        Assert.Equal(1, new Sampler(new SamplerOptions(Temperature: 1e-39)).Sample([1, 5, 3]));

    private static void AssertRefused(string message, params string[] args)
    {
        var result = Run(args);
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static (int Exit, string Output, string Error) Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
