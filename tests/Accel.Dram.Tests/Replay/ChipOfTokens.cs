using Accel.Core.Units;
using Accel.Dram.Controller;
using Accel.Dram.Replay;
using Accel.Dram.Reports;
using Accel.Dram.Streams;

namespace Accel.Dram.Tests.Replay;

/// <summary>
/// A chip whose ports each send block after block, some under way at once, token after token with restarts between. Tokens are drawn from a few templates, and
/// many differ from theirs in one thing: when something is sent or what, at the very first event, the very last or between; in a store in the middle that sets channels
/// apart; in how far ahead the chip asks, or in sending before it has asked up to there.
/// </summary>
internal sealed class ChipOfTokens
{
    private const long Ever = long.MaxValue / 64;

    private readonly int _seed;
    private readonly int _tokens;
    private readonly long _stripe;
    private readonly Item[][][] _templates;
    private readonly int _odd;

    /// <summary>One transfer of a port.</summary>
    /// <param name="Block">What.</param>
    /// <param name="Wait">From when it may be sent until it is.</param>
    private readonly record struct Item(DmaBlock Block, long Wait);

    public ChipOfTokens(int seed, int tokens, int blocks)
    {
        (_seed, _tokens) = (seed, tokens);
        var (random, drawn) = (new Random(seed), new Episodes(seed, 1, 1));
        Config = random.Next(8) == 0 ? drawn.Config : drawn.Config with
        {
            Channels = 1 << random.Next(1, 4),
            Mapping = "row|rank|bank|column|bankgroup|pseudochannel|channel",
            Controller = drawn.Config.Controller with { FrontEnd = FrontEnd.PerChannel },
        };
        _stripe = (long)Config.Device.AccessBytes * Config.Device.PseudoChannels * Config.Channels;
        _odd = random.Next(3) * 30;
        _templates = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Template(random, blocks))];
        for (var i = 1; i < _templates.Length; i++)
        {
            // Most begin alike.
            var alike = random.Next(_templates[0].Length + 1);
            Array.Copy(_templates[0], _templates[i], Math.Min(alike, _templates[i].Length));
        }

        Description = $"seed {seed}: {Config.Device.Bin} ranks {Config.Device.Ranks} channels {Config.Channels} {Config.Mapping} {Config.Controller}, odd {_odd}";
    }

    public DramConfig Config { get; }

    public string Description { get; }

    /// <summary>All completions, each with its token; the reports looked at; how many tokens were replayed in part.</summary>
    public (List<(int Token, int Transfer, long Cycle)> Ends, List<DramReport> Reports, int Replayed) Run(SimulationMode mode, bool replays, bool looks)
    {
        var system = new DramSystem(Config, mode, isRestarted: _seed % 2 == 0) { ForgetsCompleted = true };
        var memory = new ReplayedMemory(system);
        if (_seed % 2 == 0)
        {
            memory.Begin();
        }

        var (ends, reports, random) = (new List<(int, int, long)>(), new List<DramReport>(), new Random(_seed));
        for (var token = 0; token < _tokens; token++)
        {
            var template = Varied(_templates[random.Next(100) < 60 ? 0 : random.Next(_templates.Length)], random);
            var last = 0L;
            foreach (var (transfer, cycle) in Token(template, new Random(_seed + (random.Next(100) < _odd ? token : 0)), replays ? memory : null, system))
            {
                ends.Add((token, transfer, cycle));
                last = cycle;
            }

            if (looks && random.Next(3) == 0)
            {
                reports.Add(replays ? memory.Finish() : system.Finish());
            }

            var at = new Cycles(last + random.Next(3) + (random.Next(6) == 0 ? 100_000 : 0));
            ends.Add((token, -1, (replays ? memory.Restart(at) : system.Restart(at)).Value));
        }

        reports.Add(replays ? memory.Finish() : system.Finish());
        return (ends, reports, memory.Replayed);
    }

    private Item[][] Template(Random random, int blocks)
    {
        var deep = random.Next(2) == 0;
        return [.. Enumerable.Range(0, random.Next(1, 5)).Select(port => Enumerable.Range(0, random.Next(1, blocks)).Select(i => Draw(random, port, i, deep)).ToArray())];
    }

    private Item Draw(Random random, int port, int number, bool deep)
    {
        var wait = random.Next(20) switch { 0 => random.Next(40_000), 1 => 0, _ => random.Next(deep ? 20 : 200) };
        var place = ((port * 4096L) + (number * 24)) * _stripe;
        var whole = new DmaBlock(place, random.Next(1, 24) * _stripe, random.Next(12) == 0, new(1, 0), new(1, 0));
        return new(random.Next(40) switch
        {
            < 34 => whole,
            < 36 => whole with { RunBytes = _stripe, Inner = new(random.Next(2, 6), 3 * _stripe) },
            36 => whole with { BaseAddress = random.Next(64) * 4096 * _stripe },
            37 => whole with { Outer = new(1, 7), Inner = new(1, 32) },
            _ => Uneven(random, whole),
        }, wait);
    }

    /// <summary>A block that gives channels different things to do, as a rule.</summary>
    private DmaBlock Uneven(Random random, DmaBlock block) => block with
    {
        BaseAddress = block.BaseAddress + random.Next((int)_stripe),
        RunBytes = random.Next(1, (int)_stripe),
        IsWrite = random.Next(4) > 0,
        Outer = random.Next(2) == 0 ? block.Outer : new(random.Next(1, 4), 5 * _stripe),
        Inner = random.Next(2) == 0 ? block.Inner : new(random.Next(1, 4), random.Next(2) == 0 ? _stripe : random.Next(1, 2 * (int)_stripe)),
    };

    /// <summary>Mostly the template; else the same but for one thing.</summary>
    private Item[][] Varied(Item[][] template, Random random)
    {
        Item[][] items = [.. template.Select(port => port.ToArray())];
        if (random.Next(100) >= _odd)
        {
            return items;
        }

        var port = items[random.Next(items.Length)];
        var place = random.Next(3) switch { 0 => 0, 1 => port.Length - 1, _ => random.Next(port.Length) };
        ref var item = ref port[place];
        switch (random.Next(6))
        {
            case 0:
                item = item with { Wait = item.Wait + random.Next(1, 4) };
                break;
            case 1:
                item = item with { Wait = item.Wait / 2 };
                break;
            case 2:
                item = item with { Block = item.Block with { BaseAddress = item.Block.BaseAddress + (512 * _stripe) } };
                break;
            case 3:
                item = item with { Block = Uneven(random, item.Block) };
                break;
            case 4:
                item = item with { Wait = 30_000 };
                break;
            default:
                items[Array.IndexOf(items, port)] = [.. port.AsSpan(0, place + 1)];
                break;
        }

        return items;
    }

    private static IEnumerable<(int Transfer, long Cycle)> Token(Item[][] ports, Random asks, ReplayedMemory? memory, DramSystem system)
    {
        int Send(int port, in Item item, long cycle) => memory is not null
            ? memory.Enqueue(item.Block, new(cycle), port)
            : system.Enqueue(item.Block.Descriptor(), new(cycle), port);
        (int Transfer, Cycles Cycle)? Next(long latest) =>
            memory is not null ? memory.AdvanceToNextCompletion(new(latest)) : system.AdvanceToNextCompletion(new(latest));

        var (window, isEager) = (asks.Next(1, 4), asks.Next(3) == 0);
        var (sent, left, due) = (new int[ports.Length], new int[ports.Length], new long[ports.Length]);
        var (underWay, now) = (new Dictionary<int, int>(), 0L);
        for (var port = 0; port < ports.Length; port++)
        {
            due[port] = ports[port][0].Wait;
        }

        void SendNext(int port)
        {
            underWay.Add(Send(port, ports[port][sent[port]], due[port]), port);
            left[port]++;
            sent[port]++;
            due[port] = left[port] < window && sent[port] < ports[port].Length ? due[port] + ports[port][sent[port]].Wait : Ever;
        }

        while (true)
        {
            var port = Array.IndexOf(due, due.Min());
            var limit = due[port];
            if (limit == Ever && underWay.Count == 0)
            {
                yield break;
            }

            // In one step or several, and now and then only after it was sent.
            var isSentFirst = limit < Ever && isEager && asks.Next(3) == 0;
            var asked = isSentFirst ? -1 : asks.Next(3) == 0 ? Math.Min(limit, now + asks.Next(300)) : limit;
            if (asked >= 0 && underWay.Count > 0 && Next(asked) is var (transfer, end))
            {
                underWay.Remove(transfer, out var arrived);
                (now, left[arrived]) = (end.Value, left[arrived] - 1);
                due[arrived] = due[arrived] == Ever && sent[arrived] < ports[arrived].Length ? now + ports[arrived][sent[arrived]].Wait : due[arrived];
                yield return (transfer, now);
            }
            else if (asked == Ever)
            {
                throw new InvalidOperationException($"{underWay.Count} transfers never end.");
            }
            else if (isSentFirst || asked == limit || underWay.Count == 0)
            {
                now = isSentFirst ? now : Math.Max(now, limit);
                SendNext(port);
            }
            else
            {
                now = Math.Max(now, asked);
            }
        }
    }
}
