using System.Text;

namespace Accel.Sim.Tests.Reports;

/// <summary>A slice as a viewer sees it; <paramref name="Depth"/> 0 has no parent.</summary>
internal sealed record ReadSlice(string Name, int Depth, long Start, long End, IReadOnlyDictionary<string, long> Arguments);

/// <summary>A track with its slices in the order of their begin, and the samples of a counter.</summary>
internal sealed record ReadTrack(string Name, ulong Parent, List<ReadSlice> Slices, List<(long Time, double Value)> Samples);

/// <summary>
/// Reads a Perfetto trace from its bytes, by the published field numbers and nothing else. Refuses what a viewer would mend in
/// silence: times that go back within a track, ends without a begin, slices left open, names never sent.
/// </summary>
internal static class PerfettoReader
{
    public static IReadOnlyList<ReadTrack> Read(byte[] trace)
    {
        var tracks = new Dictionary<ulong, ReadTrack>();
        var (events, arguments) = (new Dictionary<ulong, string>(), new Dictionary<ulong, string>());
        var open = new Dictionary<ulong, Stack<int>>();
        var last = new Dictionary<ulong, long>();
        foreach (var packet in Fields(trace).Select(field => field.Number == 1 ? Fields(field.Bytes) : throw new InvalidDataException($"field {field.Number} in a trace")))
        {
            foreach (var field in packet)
            {
                switch (field.Number)
                {
                    case 60:
                        var descriptor = Fields(field.Bytes).ToLookup(f => f.Number);
                        tracks.Add(descriptor[1].Single().Value, new(Text(descriptor[2].Single()), descriptor[5].FirstOrDefault().Value, [], []));
                        break;
                    case 12:
                        foreach (var entry in Fields(field.Bytes))
                        {
                            var name = Fields(entry.Bytes).ToLookup(f => f.Number);
                            (entry.Number == 2 ? events : arguments).Add(name[1].Single().Value, Text(name[2].Single()));
                        }

                        break;
                    case 11:
                        Event(field.Bytes, (long)packet.Single(f => f.Number == 8).Value);
                        break;
                }
            }
        }

        if (open.Values.Any(stack => stack.Count > 0))
        {
            throw new InvalidDataException("a slice without end");
        }

        return [.. tracks.OrderBy(pair => pair.Key).Select(pair => pair.Value)];

        void Event(byte[] bytes, long time)
        {
            var fields = Fields(bytes).ToLookup(f => f.Number);
            var id = fields[11].Single().Value;
            var track = tracks[id];
            if (time < last.GetValueOrDefault(id))
            {
                throw new InvalidDataException($"{track.Name}: time goes back to {time}");
            }

            last[id] = time;
            var stack = open.TryGetValue(id, out var known) ? known : open[id] = new();
            switch (fields[9].Single().Value)
            {
                case 1:
                    var values = fields[4].Select(f => Fields(f.Bytes).ToLookup(a => a.Number)).ToDictionary(a => arguments[a[1].Single().Value], a => (long)a[4].Single().Value);
                    stack.Push(track.Slices.Count);
                    track.Slices.Add(new(events[fields[10].Single().Value], stack.Count - 1, time, -1, values));
                    break;
                case 2:
                    var slice = stack.Pop();
                    track.Slices[slice] = track.Slices[slice] with { End = time };
                    break;
                case 4:
                    track.Samples.Add((time, BitConverter.UInt64BitsToDouble(fields[44].Single().Value)));
                    break;
                case var other:
                    throw new InvalidDataException($"event of type {other}");
            }
        }
    }

    private static string Text(Field field) => Encoding.UTF8.GetString(field.Bytes);

    /// <summary>One message's fields: a number for varints and 64-bit fields, bytes for what has a length.</summary>
    private static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(ref at);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new((int)(tag >> 3), Varint(ref at), []));
                    break;
                case 1:
                    fields.Add(new((int)(tag >> 3), BitConverter.ToUInt64(message, at), []));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(ref at);
                    fields.Add(new((int)(tag >> 3), 0, message[at..(at + length)]));
                    at += length;
                    break;
                case var wire:
                    throw new InvalidDataException($"wire type {wire}");
            }
        }

        return fields;

        ulong Varint(ref int at)
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                var next = message[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }

    private readonly record struct Field(int Number, ulong Value, byte[] Bytes);
}
