using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Accel.Cli.Integer;
using Accel.Compiler.Passes;
using Accel.Core.Diagnostics;

namespace Accel.Cli.Verbs;

/// <summary>The options that say which model does what on which machine, shared by the verbs that time it.</summary>
internal sealed class TimingArguments
{
    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly Option<string> _hardware = CommonOptions.Hardware();
    private readonly Option<WeightChoice> _weights = CommonOptions.Weights();
    private readonly Option<int?> _prefill = Count("--prefill", "tokens of a prompt; without a number 512, or what the model has room for", ArgumentArity.ZeroOrOne);
    private readonly Option<int?> _decode = Count("--decode", "tokens to generate, each simulated; 1 without a number, and without --prefill", ArgumentArity.ZeroOrOne);
    private readonly Option<int[]?> _contexts = Contexts();
    private readonly Option<int> _batch = CommonOptions.Positive("--batch", "independent sequences; else as many as --context has numbers", 1);
    private readonly Option<FileInfo?> _program = new("--program") { Description = "time this program of `accel compile` instead of compiling MODEL" };
    private readonly Dictionary<string, Option<bool>> _switches =
        PassPipeline.Passes.ToDictionary(pass => pass.Name, pass => new Option<bool>($"--no-{pass.Name}") { Description = $"leave out: {pass.Summary}" }, StringComparer.Ordinal);

    public void AddTo(Command command)
    {
        command.Arguments.Add(_model);
        foreach (var option in new Option[] { _hardware, _weights, _prefill, _decode, _contexts, _batch, _program }.Concat(_switches.Values))
        {
            command.Options.Add(option);
        }
    }

    public TimedModel Prepare(ParseResult parsed) => TimedModel.Prepare(Request(parsed), HardwareConfigs.LoadForTiming(parsed.GetValue(_hardware)!));

    /// <summary>Files that are read, as far as the arguments name files: no output may replace them.</summary>
    public IEnumerable<FileInfo?> Inputs(ParseResult parsed) => [new(parsed.GetValue(_model)!), new(parsed.GetValue(_hardware)!), parsed.GetValue(_program)];

    private TimingRequest Request(ParseResult parsed)
    {
        var prefill = parsed.GetResult(_prefill) is null ? 0 : parsed.GetValue(_prefill);
        var decode = parsed.GetResult(_decode) is null && prefill != 0 ? 0 : parsed.GetValue(_decode) ?? 1;
        if (prefill == 0 && decode == 0)
        {
            throw new InputException("--prefill, --decode", "", "a token or more", "0");
        }

        var contexts = parsed.GetValue(_contexts) is { Length: > 0 } given ? given : null;
        var batch = parsed.GetResult(_batch) is { Implicit: false } || contexts is null ? parsed.GetValue(_batch) : contexts.Length;
        if (contexts is { Length: > 1 } && contexts.Length != batch)
        {
            throw new InputException("--context, --batch", "", $"one number, or one for each of {batch} sequences", $"{contexts.Length} numbers");
        }

        return new(
            parsed.GetValue(_model)!, parsed.GetValue(_weights), prefill, decode, contexts, batch,
            _switches.Where(pair => parsed.GetValue(pair.Value)).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal),
            parsed.GetValue(_program));
    }

    private static Option<int[]?> Contexts() => new("--context")
    {
        Description = "tokens that each sequence has seen before, one number for all or one for each (2048,512,64); else 0 before a prompt, and 2048 or what the model has room for before decode",
        HelpName = "N[,N...]",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var numbers = new List<int>();
            foreach (var part in text.Split(','))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    result.AddError($"--context: expected whole numbers from 0 up with commas between, found '{Terminal.Shown(text)}'");
                    return null;
                }

                numbers.Add(number);
            }

            return [.. numbers];
        },
    };

    private static Option<int?> Count(string name, string description, ArgumentArity arity)
    {
        var option = new Option<int?>(name) { Description = description, Arity = arity };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < 0)
            {
                result.AddError($"{name}: expected a whole number from 0 up, found {value}");
            }
        });
        return option;
    }
}
