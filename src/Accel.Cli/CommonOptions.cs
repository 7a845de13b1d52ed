using System.CommandLine;
using System.CommandLine.Completions;
using Accel.Cli.Integer;
using Accel.Models;

namespace Accel.Cli;

/// <summary>Arguments that several verbs share.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model()
    {
        var model = new Argument<string>("MODEL")
        {
            HelpName = "MODEL",
            Description = "a .gguf, llama2.c .bin or .safetensors file, a folder with config.json, or a bundled name",
            DefaultValueFactory = _ => ModelLoader.DefaultName,
        };
        model.CompletionSources.Add([.. ModelLoader.BundledNames]);
        return model;
    }

    public static Option<string> Hardware()
    {
        var hardware = new Option<string>("--hw") { HelpName = "CONFIG", Description = "hardware config: a YAML file, or edge, mid, big", DefaultValueFactory = _ => "edge" };
        hardware.CompletionSources.Add([.. HardwareConfigs.BundledNames]);
        return hardware;
    }

    public static Option<WeightChoice> Weights() => new("--weights")
    {
        Description = "int8 per row; int4 and ternary in groups of 32 (embedding, head, keys and values int8); mixed: MLPs int4, the rest int8",
        DefaultValueFactory = _ => WeightChoice.Int8,
    };

    public static Option<FileInfo?> CalibrationText() => new("--calibration") { Description = "text whose value ranges set the formats; else the bundled text, else text that the model writes itself" };

    public static Option<bool> Json() => new("--json") { Description = "write one JSON object" };

    public static Option<int> Threads()
    {
        const int Most = 256;
        var option = Positive("--threads", "threads; results do not depend on it", Math.Min(Environment.ProcessorCount, Most));
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value > Most)
            {
                result.AddError($"--threads: expected a whole number from 1 to {Most}, found {value}");
            }
        });
        return option;
    }

    /// <summary>An option that takes one of the names of an enumeration, in small letters or others.</summary>
    public static Option<T> Choice<T>(string name, string description, T fallback)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.CustomParser = result =>
        {
            var found = result.Tokens[0].Value;
            var index = Array.FindIndex(names, known => known.Equals(found, StringComparison.OrdinalIgnoreCase));
            if (index >= 0)
            {
                return Enum.Parse<T>(names[index]);
            }

            result.AddError($"{name}: expected {string.Join(", ", names[..^1].Select(known => known.ToLowerInvariant()))} or {names[^1].ToLowerInvariant()}, found '{found}'");
            return fallback;
        };
        option.CompletionSources.Add(_ => names.Select(known => new CompletionItem(known.ToLowerInvariant())));
        return option;
    }

    /// <summary>An option that takes a whole number of at least 1.</summary>
    public static Option<int> Positive(string name, string description, int fallback) => AtLeast(name, description, fallback, 1);

    /// <summary>An option that takes a whole number from <paramref name="least"/> up.</summary>
    public static Option<int> AtLeast(string name, string description, int fallback, int least)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < least)
            {
                result.AddError($"{name}: expected a whole number from {least} up, found {value}");
            }
        });
        return option;
    }

    /// <summary>An option that takes a finite number in a range.</summary>
    public static Option<double> Number(string name, string description, double fallback, double least, double most)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, out var value) && !(value >= least && value <= most))
            {
                result.AddError($"{name}: expected a number from {least} to {most}, found {result.Tokens[0].Value}");
            }
        });
        return option;
    }
}
