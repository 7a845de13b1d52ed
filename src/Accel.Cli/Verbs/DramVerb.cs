using System.CommandLine;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram;
using Accel.Dram.Controller;
using Accel.Dram.Standards;
using Accel.Dram.Streams;
using Command = System.CommandLine.Command;

namespace Accel.Cli.Verbs;

/// <summary><c>accel dram</c>: the DRAM simulator on its own, over a trace or over streams.</summary>
internal static class DramVerb
{
    public static Command Create(Terminal terminal)
    {
        var standard = new Option<string>("--standard") { Description = "standard and speed bin, e.g. DDR4-3200; --list shows all", DefaultValueFactory = _ => "DDR4-3200" };
        var organisation = new Option<string?>("--organisation") { Description = "device organisation, e.g. 8Gb_x8; the standard's first without it" };
        var ranks = new Option<int?>("--ranks") { Description = "ranks (HBM3: stack levels); the organisation's own without it" };
        var channels = CommonOptions.Positive("--channels", "channels, each with queues of its own", 1);
        var mapping = new Option<string>("--mapping")
        {
            Description = "address bits from the highest, e.g. row|bank|column|bankgroup, then ;bank^row to hash; M1 keeps a page together, M2 alternates bank groups",
            DefaultValueFactory = _ => "M2",
        };
        var policy = new Option<string>("--policy")
        {
            Description = "open|closed, cap=N, reads=N, writes=N, drain=HIGH:LOW, refresh=all-bank|per-bank|none, postpone=N, stagger=yes|no, front=per-channel|in-order",
            DefaultValueFactory = _ => "",
        };
        var mode = CommonOptions.Choice("--mode", "naive ticks each cycle, event skips, memo remembers steps of long streams, reach those of a chip's many transfers; the outcome is the same", SimulationMode.Memo);
        var trace = new Option<FileInfo?>("--trace") { Description = "requests: binary (three uint64 each: arrival cycle, address, is_write), or text lines `cycle address R|W`" };
        var stream = new Option<string[]>("--stream") { Description = "a transfer: read|write,base=ADDRESS,bytes=N[,loop=COUNTxSTRIDE]..[,start=CYCLE][,port=N]; sizes may end in KiB, MiB, GiB", AllowMultipleArgumentsPerToken = true };
        var threads = CommonOptions.Threads();
        var commands = new Option<FileInfo?>("--commands") { Description = "write every command as CSV" };
        var csv = new Option<bool>("--csv") { Description = "write the figures as CSV" };
        var list = new Option<bool>("--list") { Description = "list standards, speed bins and organisations" };
        var json = CommonOptions.Json();
        var command = new Command("dram", "simulate a DRAM, exact to the command, over a trace or streams")
        {
            standard, organisation, ranks, channels, mapping, policy, mode, trace, stream, threads, commands, csv, list, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list))
            {
                return List(terminal);
            }

            var config = new DramConfig
            {
                Device = StandardCatalogue.Resolve(parsed.GetValue(standard)!, parsed.GetValue(organisation), parsed.GetValue(ranks)),
                Channels = parsed.GetValue(channels),
                Mapping = parsed.GetValue(mapping)!,
                Controller = PolicySpec.Parse(parsed.GetValue(policy)!),
            };
            var commandFile = parsed.GetValue(commands);
            var system = new DramSystem(config, parsed.GetValue(mode), parsed.GetValue(threads), commandFile is null ? Recording.None : Recording.Commands);
            var transfers = Enqueue(system, parsed.GetValue(trace), parsed.GetValue(stream) ?? []);
            var report = system.Finish();
            if (commandFile is not null)
            {
                DramOutput.WriteCommands(commandFile.ToString(), system);
            }

            var figures = DramOutput.Figures(report);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(writer => DramOutput.WriteJson(writer, report, figures, transfers.Select(id => system.Completion(id)!.Value.Value)));
            }
            else if (parsed.GetValue(csv))
            {
                DramOutput.WriteCsv(terminal.Output, figures);
            }
            else
            {
                DramOutput.Print(terminal, report, figures);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static List<int> Enqueue(DramSystem system, FileInfo? trace, string[] streams)
    {
        if ((trace is null) == (streams.Length == 0))
        {
            throw new InputException("dram", "", "either --trace or --stream", trace is null ? "neither" : "both");
        }

        if (trace is not null)
        {
            return [system.Enqueue(TraceFile.Read(trace.ToString()))];
        }

        // By start, since the memory does not go back in time.
        return [.. streams.Select(StreamSpec.Parse).OrderBy(s => s.Start).Select(s => system.Enqueue(s.Descriptor, new Cycles(s.Start), s.Port))];
    }

    private static int List(Terminal terminal)
    {
        terminal.WriteTable(
            ["standard", "speed bins", "organisations", "channel"],
            StandardCatalogue.All.Select(standard =>
            {
                var device = standard.Resolve(standard.BinNames[0]);
                return new[]
                {
                    standard.Name,
                    string.Join(" ", standard.BinNames),
                    string.Join(" ", standard.Organisations.Select(organisation => organisation.Name)),
                    $"{device.DataBits} bit{(device.PseudoChannels > 1 ? $" x {device.PseudoChannels} pseudo-channels" : "")}",
                };
            }),
            1,
            2,
            3);
        return ExitCode.Done;
    }
}
