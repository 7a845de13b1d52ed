using Accel.Core.Diagnostics;
using Accel.Dram.Controller;

namespace Accel.Dram.Text;

/// <summary>Reads a controller policy: what <see cref="ControllerConfig.ToString"/> writes, or any part of it over the defaults.</summary>
public static class PolicyParser
{
    private static readonly string[] _names = ["open", "closed", "cap", "reads", "writes", "drain", "refresh", "postpone", "stagger", "front"];

    /// <exception cref="InputException">An unknown field or value. Ranges are checked with the device, by <see cref="ControllerConfig.Check"/>.</exception>
    public static ControllerConfig Parse(string text)
    {
        var fields = new FieldList("--policy", text);
        var config = new ControllerConfig();
        foreach (var (name, value) in fields.Fields)
        {
            config = name switch
            {
                "open" when value.Length == 0 => config with { Page = PagePolicy.Open },
                "closed" when value.Length == 0 => config with { Page = PagePolicy.Closed },
                "cap" => config with { RowHitCap = fields.Count(name, value) },
                "reads" => config with { ReadQueue = fields.Count(name, value) },
                "writes" => WithWriteQueue(config, fields.Count(name, value)),
                "drain" => value.Split(':') is [var high, var low]
                    ? config with { DrainHigh = fields.Count(name, high), DrainLow = fields.Count(name, low) }
                    : throw fields.Fault(name, "HIGH:LOW", $"'{value}'"),
                "refresh" => config with
                {
                    Refresh = value switch
                    {
                        "all-bank" => RefreshKind.AllBank,
                        "per-bank" => RefreshKind.PerBank,
                        "none" => RefreshKind.None,
                        _ => throw fields.Fault(name, "all-bank, per-bank or none", $"'{value}'"),
                    },
                },
                "postpone" => config with { PostponedRefreshes = fields.Count(name, value) },
                "stagger" => config with { StaggerRanks = value switch { "yes" => true, "no" => false, _ => throw fields.Fault(name, "yes or no", $"'{value}'") } },
                "front" => config with
                {
                    FrontEnd = value switch
                    {
                        "per-channel" => FrontEnd.PerChannel,
                        "in-order" => FrontEnd.InOrder,
                        _ => throw fields.Fault(name, "per-channel or in-order", $"'{value}'"),
                    },
                },
                _ => throw fields.Unknown(name, _names),
            };
        }

        return config;
    }

    /// <summary>The drain marks keep their place in a queue of another size, unless they are given too.</summary>
    private static ControllerConfig WithWriteQueue(ControllerConfig config, int entries) => config with
    {
        WriteQueue = entries,
        DrainHigh = Math.Max(1, (int)((long)config.DrainHigh * entries / config.WriteQueue)),
        DrainLow = (int)((long)config.DrainLow * entries / config.WriteQueue),
    };
}
