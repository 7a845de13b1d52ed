using System.Diagnostics;
using System.Text;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Models.Tests.Tokenizers;
using Accel.Models.Tokenizers;

namespace Accel.Models.Tests.Checkpoints;

/// <summary>Small valid files of every kind that is read, and what must hold whatever is done to them.</summary>
internal static class Hostile
{
    private const long MaxAllocatedBytes = 64 << 20;
    private static readonly TimeSpan _maxTime = TimeSpan.FromSeconds(1);

    /// <summary>A kind of file: a valid one, and a way to open it and use all of it.</summary>
    /// <param name="Name">Its file name.</param>
    /// <param name="Valid">Its bytes.</param>
    /// <param name="HeaderBytes">Bytes that steer the reader; the rest is weights.</param>
    /// <param name="Use">Opens the file at a path and touches whatever the reader hands out.</param>
    public sealed record Kind(string Name, byte[] Valid, int HeaderBytes, Action<string> Use)
    {
        public override string ToString() => Name;
    }

    public static IReadOnlyList<Kind> Kinds { get; } =
    [
        Gguf(),
        GgufByteLevel(),
        GgufSentencePiece(),
        Safetensors(),
        Llama2c(0),
        Llama2c(1),
        Llama2c(2),
        TokenizerBin(),
        TokenizerJson(),
        Config(),
    ];

    public static Kind Named(string name) => Kinds.Single(kind => kind.Name == name);

    /// <summary>
    /// Opens and uses damaged bytes. The outcome is an object that works, or one <see cref="InputException"/> of one line; never
    /// another exception, 64 MB or a second. Gives the message, or null.
    /// </summary>
    public static string? Try(Kind kind, TemporaryFolder folder, byte[] bytes)
    {
        var path = folder.Write(kind.Name, bytes);
        var message = Measure(() => kind.Use(path), out var time);
        if (time > _maxTime)
        {
            // Another process may have held the processor: only a file that is slow twice is slow.
            message = Measure(() => kind.Use(path), out time);
        }

        Assert.True(time <= _maxTime, $"{kind.Name} took {time.TotalSeconds:0.0} s");
        Assert.DoesNotContain('\n', message ?? "");
        Assert.True(message is null || (message.StartsWith(path, StringComparison.Ordinal) && message.Contains(" found ", StringComparison.Ordinal)), message);
        return message;
    }

    private static string? Measure(Action use, out TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            use();
            return null;
        }
        catch (InputException fault)
        {
            return fault.Message;
        }
        finally
        {
            time = Stopwatch.GetElapsedTime(start);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }
    }

    private static Kind Gguf()
    {
        var writer = new GgufWriter().Add("general.architecture", "llama").Add("general.alignment", 32u).Add("llama.block_count", 1u)
            .Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Add("flag", true).Add("llama.heads", [1, 2, 3]).Add("names", ["x", "yy"])
            .AddTensor("token_embd.weight", [4, 2], 0, ReaderTests.Floats(1, 2, 3, 4, 5, 6, 7, 8)).AddTensor("q", [32, 2], 2, new byte[36])
            .AddTensor("norm", [3], 0, ReaderTests.Floats(1, 1, 1));
        return new("m.gguf", writer.ToBytes(), writer.HeaderBytes, path =>
        {
            var file = GgufFile.Open(path);
            UseAll(file.Metadata);
            Weights(file.Tensors.Values);
        });
    }

    private static Kind GgufByteLevel()
    {
        string[] tokens = [.. NaiveMerge.Alphabet.Select(c => c.ToString()), "ab", "<bos>"];
        var writer = new GgufWriter().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "gpt-2").Add("tokenizer.ggml.tokens", tokens)
            .Add("tokenizer.ggml.token_type", [.. Enumerable.Repeat(1, 257), 3]).Add("tokenizer.ggml.merges", ["a b"]).Add("tokenizer.ggml.bos_token_id", 257u);
        var bytes = writer.ToBytes();
        return new("t.gguf", bytes, writer.HeaderBytes, path => Use(TokenizerLoader.FromGguf(GgufFile.Open(path))));
    }

    private static Kind GgufSentencePiece()
    {
        var writer = new GgufWriter().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", "<0x0A>", "▁", "a", "▁a"])
            .Add("tokenizer.ggml.scores", [0f, 0f, 0f, 0f, -2f, -3f, -1f]).Add("tokenizer.ggml.token_type", [2, 3, 3, 6, 1, 1, 1])
            .Add("tokenizer.ggml.unknown_token_id", 0u).Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.add_space_prefix", true);
        var bytes = writer.ToBytes();
        return new("s.gguf", bytes, writer.HeaderBytes, path => Use(TokenizerLoader.FromGguf(GgufFile.Open(path))));
    }

    private static Kind Safetensors()
    {
        var bytes = SafetensorsWriter.ToBytes(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}   """,
            new byte[22]);
        return new("m.safetensors", bytes, bytes.Length - 22, path =>
        {
            using var file = SafetensorsFile.Open(path);
            Weights(file.Tensors.Values);
        });
    }

    private static Kind Llama2c(int version)
    {
        var bytes = new Llama2cWriter(version).ToBytes();
        return new($"m{version}.bin", bytes, version == 0 ? 28 : 41, path => Weights(Llama2cFile.Open(path).Tensors.Values));
    }

    private static Kind TokenizerBin()
    {
        static byte[] Entry(string text) => [.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)];
        byte[] bytes = [.. BitConverter.GetBytes(6), .. Entry("<unk>"), .. Entry("\n<s>\n"), .. Entry("\n</s>\n"), .. Entry("<0x00>"), .. Entry("a"), .. Entry(" a")];
        return new("tok.bin", bytes, bytes.Length, path => Use(TokenizerLoader.FromLlama2c(path, 6)));
    }

    private static Kind TokenizerJson()
    {
        var pieces = string.Join(',', Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\":{value + 3}"));
        var json = $$"""
            {"version":"1.0","added_tokens":[{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
            "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
            "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0} }],"special_tokens":{"<s>":{"ids":[1]} } },
            "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"</s>":2,{{pieces}},"▁":259,"a":260,"▁a":261},
            "merges":["▁ a"] } }
            """;
        var bytes = Encoding.UTF8.GetBytes(json);
        return new("tokenizer.json", bytes, bytes.Length, path => Use(TokenizerLoader.FromTokenizerJson(path)));
    }

    private static Kind Config()
    {
        var bytes = Encoding.UTF8.GetBytes("""
            {"hidden_size":4,"eps":1e-5,"tied":true,"name":"a\u00e9","none":null,"list":[1,2.5,"x"],"rope":{"factor":8,"deep":{"x":[[1],[2]]}}}
            """);
        return new("config.json", bytes, bytes.Length, path => UseAll(JsonConfig.Open(path)));
    }

    private static void UseAll(ConfigSource config)
    {
        foreach (var key in config.Keys)
        {
            Tolerate(() => config.Integers(key, long.MinValue, long.MaxValue).Sum(value => (double)value));
            Tolerate(() => config.Numbers(key).Sum());
            Tolerate(() => config.Strings(key).Sum(text => text.Length));
            Tolerate(() => config.Bool(key) ? 1 : 0);
            if (config is JsonConfig json)
            {
                Tolerate(() =>
                {
                    UseAll(json.Section(key));
                    return 0;
                });
            }
        }

        // A key has one type, so most getters refuse it; they must do so in their own words.
        static void Tolerate(Func<double> read)
        {
            try
            {
                _ = read();
            }
            catch (InputException)
            {
            }
        }
    }

    private static void Use(Tokenizer tokenizer)
    {
        var tokens = tokenizer.Encode("ab <s> é😀\n", addBegin: tokenizer.AddsBeginOfText);
        _ = tokenizer.Decode(tokens);
        foreach (var token in tokens)
        {
            _ = tokenizer.Piece(token);
        }
    }

    private static void Weights(IEnumerable<Accel.Core.Formats.StoredTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            _ = tensor.FirstNonFinite();
            _ = tensor.ToFloats();
        }
    }
}
