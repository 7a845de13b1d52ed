using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Models.Architectures;
using Accel.Models.Checkpoints;
using Accel.Models.Tokenizers;

namespace Accel.Models;

/// <summary>
/// Imports a model: a GGUF file, a folder with config.json and safetensors, a llama2.c <c>.bin</c> (its tokenizer beside it), a
/// shape-only JSON, or the name of a bundled model.
/// </summary>
public static partial class ModelLoader
{
    /// <summary>What is run when no model is named.</summary>
    public const string DefaultName = "shakespeare-hybrid";

    /// <summary>The folder of bundled models, beside the program.</summary>
    private static string BundledFolder => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Names of the bundled models and shapes, in order.</summary>
    public static IReadOnlyList<string> BundledNames =>
    [
        .. Directory.EnumerateDirectories(BundledFolder).Where(folder => File.Exists(Path.Combine(folder, "config.json"))).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal),
        .. Directory.EnumerateFiles(Path.Combine(BundledFolder, "shapes"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Imports a model by path or bundled name; validates everything but the values of the weights.</summary>
    /// <param name="model">A file, a folder, or a bundled name.</param>
    /// <param name="checkWeights">Scan every weight for NaN and infinity, which reads the whole checkpoint.</param>
    /// <exception cref="InputException">What is wrong, and where.</exception>
    public static Model Load(string model, bool checkWeights = true)
    {
        var path = Resolve(model);
        if (Directory.Exists(path) || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return FromSafetensors(path, checkWeights);
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GGUF" => FromGguf(path, checkWeights),
            ".BIN" => FromLlama2c(path, checkWeights),
            ".JSON" => FromShape(path),
            _ => throw new InputException(model, "", "a .gguf, .bin, .json or .safetensors file, a folder with config.json, or a bundled name", "none of these"),
        };
    }

    private static string Resolve(string model)
    {
        if (File.Exists(model) || Directory.Exists(model))
        {
            return model;
        }

        var folder = Path.Combine(BundledFolder, model);
        var shape = Path.Combine(BundledFolder, "shapes", $"{model}.json");
        return BundledNames.Contains(model) ? (Directory.Exists(folder) ? folder : shape)
            : throw new InputException(
                model, "", "a file, a folder or a bundled name (`accel inspect --list` shows them)", "none of these" + Suggestion.Phrase(model, BundledNames));
    }

    private static Model FromSafetensors(string path, bool checkWeights)
    {
        var checkpoint = SafetensorsCheckpoint.Open(path);
        var architecture = ArchitectureCatalogue.ForConfig(checkpoint.Config);
        Unsupported.IfPresent(checkpoint.Config, "quantization_config", "weights as floats: quantised Hugging Face checkpoints are not supported");
        var definition = Define(checkpoint.Config, architecture, () => architecture.FromConfig(checkpoint.Config));
        var folder = Path.GetDirectoryName(checkpoint.Config.File) ?? ".";
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        var name = Path.GetFileName(Path.GetFullPath(folder));
        var model = Finish(name, path, architecture.Name, definition, checkpoint.Tensors, checkWeights);
        return File.Exists(tokenizer) ? model with { TokenizerSource = new(() => TokenizerLoader.FromTokenizerJson(tokenizer, checkpoint.Config)) } : model;
    }

    private static Model FromGguf(string path, bool checkWeights)
    {
        var file = GgufFile.Open(path);
        var architecture = ArchitectureCatalogue.ForGguf(file.Metadata);
        var definition = Define(file.Metadata, architecture, () => architecture.FromGguf(file.Metadata, file.Tensors));
        var name = file.Metadata.OptionalString("general.name", Path.GetFileNameWithoutExtension(path));
        var model = Finish(name, path, architecture.Name, definition, file.Tensors, checkWeights);
        return file.Metadata.Has("tokenizer.ggml.model") ? model with { TokenizerSource = new(() => TokenizerLoader.FromGguf(file)) } : model;
    }

    /// <summary>The tokenizer is <c>tokenizer.bin</c> or <c>tokN.bin</c> for a vocabulary of N, beside the checkpoint.</summary>
    private static Model FromLlama2c(string path, bool checkWeights)
    {
        var file = Llama2cFile.Open(path);
        var model = Finish(Path.GetFileNameWithoutExtension(path), path, "llama", Llama.FromLlama2c(file.Header), file.Tensors, checkWeights);
        var folder = Path.GetDirectoryName(path) ?? "";
        var tokenizer = new[] { $"tok{file.Header.VocabSize}.bin", "tokenizer.bin" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return tokenizer is null ? model : model with { TokenizerSource = new(() => TokenizerLoader.FromLlama2c(tokenizer, file.Header.VocabSize)) };
    }

    private static Model FromShape(string path)
    {
        var config = JsonConfig.Open(path);
        var architecture = ArchitectureCatalogue.ForConfig(config);
        var definition = Define(config, architecture, () => architecture.FromConfig(config));
        return new(
            config.OptionalString("_name", Path.GetFileNameWithoutExtension(path)), path, architecture.Name, definition.Graph, definition.ContextLength, NamesOf(definition));
    }

    /// <summary>Builds the graph; a rule of the representation that a file's numbers break is a fault of that file.</summary>
    private static Definition Define(ConfigSource source, Architecture architecture, Func<Definition> build)
    {
        try
        {
            return build();
        }
        catch (IrException fault)
        {
            throw new InputException(source.File, $"{fault.Subject}: {fault.Field}", fault.Expected, fault.Found);
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new InputException(source.File, architecture.Name, "extents that make a model", fault.Message);
        }
    }

    private static Model Finish(
        string name, string path, string architecture, Definition definition, IReadOnlyDictionary<string, StoredTensor> tensors, bool checkWeights)
    {
        var weights = WeightSet.Bind(definition.Graph, path, parameter =>
        {
            var tensor = definition.Names[parameter.Name];
            return (tensors.GetValueOrDefault(tensor), tensor);
        });
        RequireUsed(path, definition, tensors);
        if (checkWeights)
        {
            RequireFinite(path, definition.Graph, weights);
        }

        return new(name, path, architecture, definition.Graph, definition.ContextLength, NamesOf(definition)) { Weights = weights };
    }

    private static void RequireFinite(string path, ModelGraph graph, WeightSet weights)
    {
        foreach (var tensor in graph.Parameters.Select(parameter => weights[parameter]))
        {
            if (tensor.FirstNonFinite() is >= 0 and var element)
            {
                throw new InputException(path, tensor.Name, "finite weights", $"NaN or infinity at element {element}");
            }
        }
    }

    /// <summary>A tensor that nothing reads is a part of the model that would be left out in silence.</summary>
    private static void RequireUsed(string path, Definition definition, IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        const int Shown = 8;
        var used = definition.Graph.Parameters.Select(parameter => definition.Names[parameter.Name]).ToHashSet(StringComparer.Ordinal);
        var isTied = !definition.Graph.Parameters.Any(parameter => parameter.Name == "logits.weight");
        var unused = tensors.Keys
            .Where(name => !used.Contains(name) && !Derived().IsMatch(name) && !(isTied && name is "lm_head.weight" or "output.weight"))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (unused.Count > 0)
        {
            var names = string.Join(", ", unused.Take(Shown).Select(name => $"'{name}'")) + (unused.Count > Shown ? ", …" : "");
            throw new InputException(path, "", "tensors of the model only", $"{unused.Count} that it does not use: {names}");
        }
    }

    /// <summary>Tensors that hold what the configuration says already: rotary frequencies, masks, and the divisors read with the metadata.</summary>
    [GeneratedRegex(@"^rope_freqs\.weight$|(^|\.)rotary_emb\.inv_freq$|\.attn\.(masked_)?bias$")]
    private static partial Regex Derived();

    private static Dictionary<string, string> NamesOf(Definition definition) =>
        definition.Graph.Parameters.ToDictionary(parameter => parameter.Name, parameter => definition.Names[parameter.Name], StringComparer.Ordinal);
}
