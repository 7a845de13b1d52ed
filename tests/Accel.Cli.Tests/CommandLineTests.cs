using System.Text.Json;

namespace Accel.Cli.Tests;

public sealed class CommandLineTests : VerbTests
{
    [Fact]
    public void Run_writes_tokens_text_and_rates_as_json()
    {
        var result = Accel("run", "--prompt", "ROMEO:", "--tokens", "20", "--temperature", "0", "--json");
        Assert.Equal(0, result.Exit);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(20, json.RootElement.GetProperty("tokens").GetArrayLength());
        Assert.NotEmpty(json.RootElement.GetProperty("text").GetString()!);
        Assert.True(json.RootElement.GetProperty("prefill_tokens_per_second").GetDouble() > 0);
        Assert.True(json.RootElement.GetProperty("decode_tokens_per_second").GetDouble() > 0);
    }

    [Fact]
    public void Same_seed_gives_same_text_and_another_seed_another()
    {
        string Text(string seed) => Accel("run", "--tokens", "30", "--temperature", "1", "--seed", seed).Output;
        Assert.Equal(Text("3"), Text("3"));
        Assert.NotEqual(Text("3"), Text("4"));
    }

    [Fact]
    public void Perplexity_gives_value_and_tokens_as_json()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", "First Citizen:\nBefore we proceed any further, hear me speak.\n");
        var result = Accel("perplexity", "--text", text, "--context", "8", "--json");
        Assert.Equal(0, result.Exit);
        using var json = JsonDocument.Parse(result.Output);
        Assert.True(json.RootElement.GetProperty("perplexity").GetDouble() > 1);
        Assert.True(json.RootElement.GetProperty("tokens").GetInt32() >= 8);
    }

    [Fact]
    public void Logits_are_little_endian_floats_per_token()
    {
        using var folder = new TemporaryFolder();
        var result = Accel("logits", "--tokens", folder.Write("tokens.txt", "63 10\n10 71"), "--output", folder.Path("logits.bin"));
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal(4 * 512 * 4, new FileInfo(folder.Path("logits.bin")).Length);
        Assert.Equal(["logits.bin", "tokens.txt"], folder.Names);
    }

    [Theory]
    [InlineData("shakespeare-hybrid", 1_004_672, 512)]
    [InlineData("llama-3.1-8b", 8_030_261_248, 131_072)]
    [InlineData("llama-3.1-405b", 405_853_388_800, 131_072)]
    [InlineData("mistral-7b-v0.1", 7_241_732_096, 32_768)]
    [InlineData("lfm2-350m", 354_483_968, 128_000)]
    [InlineData("mamba-130m", 129_135_360, 1_048_576)]
    [InlineData("smollm2-135m", 134_515_008, 2_048)]
    public void Inspect_counts_the_parameters_that_were_published(string model, long parameters, long context)
    {
        using var json = JsonDocument.Parse(Accel("inspect", model, "--json").Output);
        Assert.Equal(parameters, json.RootElement.GetProperty("parameters").GetInt64());
        Assert.InRange(json.RootElement.GetProperty("context_length").GetInt64(), 1, Math.Max(context, 8192));
    }

    [Fact]
    public void Inspect_gives_the_published_cache_size_of_a_token()
    {
        // 32 layers x 2 x 8 heads x 128 elements x 2 bytes.
        using var json = JsonDocument.Parse(Accel("inspect", "llama-3.1-8b", "--json").Output);
        Assert.Equal(131_072, json.RootElement.GetProperty("state_bytes_per_token").GetInt64());
    }

    [Fact]
    public void Inspect_counts_the_work_of_a_decode_step()
    {
        // 2 x (parameters without the gathered table) + 4 x heads x head width x keys per layer, at context 2047 + 1.
        using var json = JsonDocument.Parse(Accel("inspect", "llama-3.1-8b", "--context", "2047", "--json").Output);
        var expected = (2L * (8_030_261_248 - (128_256L * 4096) - (65L * 4096))) + (32L * 4 * 32 * 128 * 2048);
        Assert.Equal(expected, json.RootElement.GetProperty("decode").GetProperty("flops").GetInt64());
    }

    [Theory]
    [InlineData("shakespeare-hybird", "did you mean 'shakespeare-hybrid'?")]
    [InlineData("no-such-model", "expected a file, a folder or a bundled name")]
    [InlineData("/dev/null", "expected")]
    public void An_unknown_model_is_one_line_and_exit_code_2(string model, string message)
    {
        var result = Accel("inspect", model);
        Assert.Equal(2, result.Exit);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    [Fact]
    public void An_unsupported_architecture_is_named_beside_those_supported()
    {
        using var folder = new TemporaryFolder();
        var result = Accel("inspect", folder.Write("odd.json", """{ "model_type": "gemma9" }"""));
        Assert.Equal(2, result.Exit);
        Assert.Contains("accel_hybrid, lfm2, llama, mistral, mamba, found 'gemma9'", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"num_hidden_layers\": 32", "\"num_hidden_layers\": 0", "num_hidden_layers")]
    [InlineData("\"num_attention_heads\": 32", "\"num_attention_heads\": -1", "num_attention_heads")]
    [InlineData("\"num_key_value_heads\": 8", "\"num_key_value_heads\": 7", "num_key_value_heads")]
    [InlineData("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e400", "rms_norm_eps")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"relu\"", "hidden_act")]
    [InlineData("\"rope_type\": \"llama3\"", "\"rope_type\": \"spiral\"", "rope_type")]
    public void A_config_value_that_cannot_be_is_named(string good, string bad, string key)
    {
        using var folder = new TemporaryFolder();
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "models", "shapes", "llama-3.1-8b.json"));
        Assert.Contains(good, text, StringComparison.Ordinal);
        var result = Accel("inspect", folder.Write("bad.json", text.Replace(good, bad, StringComparison.Ordinal)));
        Assert.Equal(2, result.Exit);
        Assert.Contains(key, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("run", "--tokens", "0")]
    [InlineData("run", "--temperature", "NaN")]
    [InlineData("run", "--top-p", "2")]
    [InlineData("run", "--no-such-option")]
    [InlineData("no-such-verb")]
    [InlineData("perplexity", "--text", "no-such-file.txt")]
    [InlineData("logits", "--tokens", "no-such-file.txt", "--output", "x")]
    [InlineData("run", "llama-3.1-8b")]
    public void Bad_arguments_exit_with_2_and_no_trace(params string[] args)
    {
        var result = Accel(args);
        Assert.Equal(2, result.Exit);
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_write_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var result = Accel("logits", "--tokens", folder.Write("tokens.txt", "1 2"), "--output", folder.Path("no/such/folder/logits.bin"));
        Assert.Equal(2, result.Exit);
        Assert.Equal(["tokens.txt"], folder.Names);
    }

    [Theory]
    [InlineData("inspect", "--list")]
    [InlineData("inspect", "--graph")]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    public void Teaching_verbs_succeed(params string[] args) => Assert.Equal(0, Accel(args).Exit);
}
