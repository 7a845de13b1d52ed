using System.Globalization;
using Accel.Core.Diagnostics;

namespace Accel.Dram.Controller;

/// <summary>
/// A controller policy as the command line takes it: <c>open</c> or <c>closed</c>, then settings separated by commas, such as
/// <c>cap=16,reads=32,writes=32,drain=26:6,refresh=per-bank,postpone=0,stagger=no,front=in-order</c>. What is left out keeps its default.
/// </summary>
public static class PolicySpec
{
    private static readonly string[] _keys = ["open", "closed", "cap", "reads", "writes", "drain", "refresh", "postpone", "stagger", "front"];

    /// <summary>Reads a policy.</summary>
    /// <exception cref="InputException">Names the setting at fault.</exception>
    public static ControllerConfig Parse(string text)
    {
        var config = new ControllerConfig();
        var seen = new HashSet<string>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k, v) : (part, "");
            if (!seen.Add(key is "open" or "closed" ? "page" : key))
            {
                throw new InputException("policy", text, $"{key} once", "twice");
            }

            config = key switch
            {
                "open" when value.Length == 0 => config with { Page = PagePolicy.Open },
                "closed" when value.Length == 0 => config with { Page = PagePolicy.Closed },
                "cap" => config with { RowHitCap = Number(text, key, value) },
                "reads" => config with { ReadQueue = Number(text, key, value) },
                "writes" => WithWriteQueue(config, Number(text, key, value), seen),
                "drain" when value.Split(':') is [var high, var low] =>
                    config with { DrainHigh = Number(text, key, high), DrainLow = Number(text, key, low) },
                "drain" => throw new InputException("policy", text, "drain=HIGH:LOW", part),
                "refresh" => config with
                {
                    Refresh = Choice(text, key, value, ("all-bank", RefreshKind.AllBank), ("per-bank", RefreshKind.PerBank), ("none", RefreshKind.None)),
                },
                "postpone" => config with { PostponedRefreshes = Number(text, key, value) },
                "stagger" => config with { StaggerRanks = Choice(text, key, value, ("yes", true), ("no", false)) },
                "front" => config with
                {
                    FrontEnd = Choice(text, key, value, ("per-channel", FrontEnd.PerChannel), ("in-order", FrontEnd.InOrder)),
                },
                _ => throw new InputException("policy", text, "one of " + string.Join(", ", _keys), $"'{part}'" + Suggestion.Phrase(key, _keys)),
            };
        }

        return config;
    }

    /// <summary>A write queue of another size keeps the marks in proportion unless they are given: 0.8 and 0.2 of it.</summary>
    private static ControllerConfig WithWriteQueue(ControllerConfig config, int entries, HashSet<string> seen) => seen.Contains("drain")
        ? config with { WriteQueue = entries }
        : config with { WriteQueue = entries, DrainHigh = Math.Max(1, entries * 4 / 5 + 1), DrainLow = Math.Max(0, entries / 5) };

    private static int Number(string text, string key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InputException("policy", text, $"a whole number for {key}", $"'{value}'");

    private static T Choice<T>(string text, string key, string value, params (string Name, T Value)[] choices)
    {
        foreach (var (name, chosen) in choices)
        {
            if (name == value)
            {
                return chosen;
            }
        }

        var names = choices.Select(c => c.Name).ToList();
        throw new InputException("policy", text, $"{key}=" + string.Join(" or ", names), $"'{value}'" + Suggestion.Phrase(value, names));
    }
}
