using System.Text.RegularExpressions;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Models.Tokenizers.Unicode;

namespace Accel.Models.Tokenizers;

/// <summary>What <c>tokenizer.json</c> does to text before merging. A step that is not known here is an error that names it.</summary>
internal sealed class TokenizerJsonSteps
{
    private readonly string _file;
    private readonly List<SplitStep> _steps = [];

    private TokenizerJsonSteps(string file) => _file = file;

    /// <summary>Whether pieces are spelt in the byte alphabet.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>Whether byte-level text gets a space in front.</summary>
    public bool PrefixSpace { get; private set; }

    /// <summary>When other text gets a space in front.</summary>
    public SpacePrefix Prefix { get; private set; }

    /// <summary>What is done to text first, or null.</summary>
    public Func<string, string>? Normalize { get; private set; }

    /// <summary>The words of byte-level text.</summary>
    public PreTokenizer Words { get; private set; } = new([]);

    private bool ReplacesSpaces { get; set; }

    public static TokenizerJsonSteps Read(string file, JsonField root, bool ignoreMerges)
    {
        var steps = new TokenizerJsonSteps(file);
        if (root.Optional("pre_tokenizer") is { } preTokenizer)
        {
            steps.AddPreTokenizer(preTokenizer);
        }

        if (root.Optional("normalizer") is { } normalizer)
        {
            steps.AddNormalizer(normalizer);
        }

        if (!steps.IsByteLevel && (!steps.ReplacesSpaces || steps._steps.Count > 0 || ignoreMerges))
        {
            throw new InputException(
                file, "pre_tokenizer", "a ByteLevel step, or spaces replaced by ▁ and neither other splits nor ignore_merges", "neither");
        }

        steps.Words = new(steps._steps, ignoreMerges);
        return steps;
    }

    /// <summary>The token that a post-processor puts before a text, or null.</summary>
    public static int? BeginOfTemplate(JsonField processor)
    {
        var type = processor.Get("type").String();
        switch (type)
        {
            case "ByteLevel":
                return null; // only trims the offsets that it reports
            case "Sequence":
                return processor.Get("processors").Items().Select(BeginOfTemplate).FirstOrDefault(id => id is not null);
            case "TemplateProcessing":
                if (processor.Get("single").Items().FirstOrDefault() is not { File: not null } first || first.Optional("SpecialToken") is not { } special)
                {
                    return null;
                }

                var name = special.Get("id").String();
                return processor.Get("special_tokens").Get(name).Get("ids").Items().First().Integer(0, int.MaxValue);
            default:
                throw processor.Fault("a post-processor of type ByteLevel, TemplateProcessing or Sequence", $"'{type}'");
        }
    }

    private void AddNormalizer(JsonField normalizer)
    {
        var type = normalizer.Get("type").String();
        switch (type)
        {
            case "Sequence":
                foreach (var part in normalizer.Get("normalizers").Items())
                {
                    AddNormalizer(part);
                }

                break;
            case "NFC" when IsByteLevel:
                Normalize = CanonicalComposition.Normalize;
                break;
            case "Prepend" when !IsByteLevel && normalizer.Get("prepend").String() == "▁":
                Prefix = SpacePrefix.Each;
                break;
            case "Replace" when !IsByteLevel && normalizer.Get("pattern").Optional("String")?.String() == " " && normalizer.Get("content").String() == "▁":
                ReplacesSpaces = true;
                break;
            default:
                throw normalizer.Fault("NFC for byte-level text, or Prepend and Replace of ▁ for other", $"'{type}'");
        }
    }

    private void AddPreTokenizer(JsonField step)
    {
        var type = step.Get("type").String();
        if (IsByteLevel)
        {
            throw step.Fault("ByteLevel to be the last step", $"'{type}' after it");
        }

        switch (type)
        {
            case "Sequence":
                foreach (var part in step.Get("pretokenizers").Items())
                {
                    AddPreTokenizer(part);
                }

                break;
            case "ByteLevel":
                AddByteLevel(step);
                break;
            case "Metaspace":
                AddMetaspace(step);
                break;
            case "Split":
                step.Allow("type", "pattern", "behavior", "invert");
                _steps.Add(new(_file, Pattern(step.Get("pattern")), Behavior(step.Get("behavior")), step.OptionalBool("invert", false)));
                break;
            case "Digits":
                _steps.Add(new(_file, step.OptionalBool("individual_digits", false) ? @"\p{N}" : @"\p{N}+"));
                break;
            case "Punctuation":
                var behavior = step.Optional("behavior") is { } given ? Behavior(given) : SplitBehavior.Isolated;
                _steps.Add(new(_file, @"[\p{P}!-/:-@\[-`{-~]", behavior));
                break;
            default:
                throw step.Fault("a pre-tokenizer of type Sequence, ByteLevel, Split, Digits, Punctuation or Metaspace", $"'{type}'");
        }
    }

    private void AddByteLevel(JsonField step)
    {
        step.Allow("type", "add_prefix_space", "trim_offsets", "use_regex");
        IsByteLevel = true;
        PrefixSpace = step.OptionalBool("add_prefix_space", true);
        if (PrefixSpace && _steps.Count > 0)
        {
            throw step.Fault("add_prefix_space: false after another split", "true");
        }

        if (step.OptionalBool("use_regex", true))
        {
            _steps.Add(new(_file, PreTokenizer.Gpt2));
        }
    }

    private void AddMetaspace(JsonField step)
    {
        step.Allow("type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
        if (step.Get("replacement").String() != "▁" || step.OptionalBool("split", true))
        {
            throw step.Fault("replacement '▁' and split: false", "another");
        }

        ReplacesSpaces = true;
        Prefix = (step.Optional("prepend_scheme")?.String() ?? "always") switch
        {
            "always" => SpacePrefix.EachIfMissing,
            "first" => SpacePrefix.FirstIfMissing,
            "never" => SpacePrefix.Never,
            var other => throw step.Fault("prepend_scheme always, first or never", $"'{other}'"),
        };
    }

    private static string Pattern(JsonField pattern)
    {
        pattern.Allow("Regex", "String");
        return pattern.Optional("Regex")?.String() ?? Regex.Escape(pattern.Get("String").String());
    }

    private static SplitBehavior Behavior(JsonField field) =>
        Enum.TryParse<SplitBehavior>(field.String(), out var behavior) && Enum.GetName(behavior) == field.String()
            ? behavior
            : throw field.Fault($"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}", field.Show());
}
