using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;

namespace Accel.Models.Tokenizers;

/// <summary>Reads a tokenizer from wherever a checkpoint keeps it.</summary>
public static class TokenizerLoader
{
    /// <summary>From the metadata of a GGUF file: models <c>llama</c> (SentencePiece) and <c>gpt2</c> (byte level).</summary>
    /// <exception cref="InputException">Another model, an unknown pre-tokenizer, or contradictory tables.</exception>
    public static Tokenizer FromGguf(GgufFile file) => GgufTokenizer.Read(file.Metadata);

    /// <summary>From Hugging Face's <c>tokenizer.json</c>, for byte-pair models: byte level, or with byte fallback.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">Gives <c>bos_token_id</c> and <c>eos_token_id</c>; by default the <c>config.json</c> beside it, if there is one.</param>
    /// <exception cref="InputException">Another model, a step that is not known here, or contradictory tables.</exception>
    public static Tokenizer FromTokenizerJson(string path, ConfigSource? config = null)
    {
        var beside = Path.Combine(Path.GetDirectoryName(path) ?? "", "config.json");
        return TokenizerJson.Read(path, config ?? (File.Exists(beside) ? JsonConfig.Open(beside) : null));
    }

    /// <summary>From llama2.c's binary form (<c>tokenizer.bin</c>, <c>tok512.bin</c>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabularySize">Number of tokens, which the file does not state.</param>
    /// <exception cref="InputException">The file holds another number of tokens, or is damaged.</exception>
    public static Tokenizer FromLlama2c(string path, int vocabularySize) => Llama2cTokenizer.Read(path, vocabularySize);
}
