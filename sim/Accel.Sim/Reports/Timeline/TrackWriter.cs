using Accel.Core.Units;
using Accel.Sim.Reports.Timeline.Perfetto;
using Google.Protobuf;

namespace Accel.Sim.Reports.Timeline;

/// <summary>
/// Writes tracks of slices and counters in the format of Perfetto (ui.perfetto.dev), packet by packet, holding nothing back but the names it
/// has given numbers to.
/// </summary>
/// <remarks>The format counts nanoseconds. A cycle begins at the last whole one before it, so that slices keep their order and nesting.</remarks>
internal sealed class TrackWriter : IDisposable
{
    private const uint Sequence = 1;
    private const uint NamesCleared = 1;
    private const uint NamesUsed = 2;
    private const ulong Root = 1;
    private const uint ByRank = 3;
    private const uint PacketTag = (1 << 3) | 2;

    private readonly CodedOutputStream _output;
    private readonly Hertz _clock;
    private readonly Dictionary<string, ulong> _names = new(StringComparer.Ordinal);
    private readonly TrackEvent _event = new();
    private readonly TracePacket _packet = new() { TrustedPacketSequenceId = Sequence, SequenceFlags = NamesUsed };
    private readonly DebugAnnotation _start = new();
    private readonly DebugAnnotation _length = new();
    private ulong _tracks = Root;

    /// <param name="stream">Stays open.</param>
    /// <param name="title">Of the group that holds all tracks.</param>
    /// <param name="clock">Of the cycles that are written.</param>
    public TrackWriter(Stream stream, string title, Hertz clock)
    {
        _output = new(stream, leaveOpen: true);
        _clock = clock;
        Write(new()
        {
            TrustedPacketSequenceId = Sequence,
            SequenceFlags = NamesCleared,
            TrackDescriptor = new() { Uuid = Root, Name = title, ChildOrdering = ByRank },
        });
        _start.NameIid = Intern("start cycle", isEvent: false);
        _length.NameIid = Intern("cycles", isEvent: false);
    }

    /// <summary>A track of slices; tracks stand in the order of their ranks.</summary>
    public ulong AddTrack(string name, int rank) => Describe(new() { Name = name, SiblingOrderRank = rank });

    /// <summary>A track of a number over time.</summary>
    public ulong AddCounter(string name, string unit, int rank) => Describe(new() { Name = name, SiblingOrderRank = rank, Counter = new() { UnitName = unit } });

    /// <summary>Opens a slice; within a track, slices begin in the order of time and close before their parents do.</summary>
    public void Begin(ulong track, string name, long start, long cycles)
    {
        (_start.IntValue, _length.IntValue) = (start, cycles);
        _event.NameIid = Intern(name, isEvent: true);
        _event.DebugAnnotations.Add(_start);
        _event.DebugAnnotations.Add(_length);
        Write(track, start, TrackEvent.Types.Type.SliceBegin);
        _event.DebugAnnotations.Clear();
        _event.NameIid = 0;
    }

    /// <summary>Closes the slice of the track that was opened last.</summary>
    public void End(ulong track, long cycle) => Write(track, cycle, TrackEvent.Types.Type.SliceEnd);

    /// <summary>The number from this cycle on.</summary>
    public void Count(ulong counter, long cycle, double value)
    {
        _event.DoubleCounterValue = value;
        Write(counter, cycle, TrackEvent.Types.Type.Counter);
        _event.ClearDoubleCounterValue();
    }

    public void Dispose() => _output.Dispose();

    private ulong Describe(TrackDescriptor track)
    {
        (track.Uuid, track.ParentUuid) = (++_tracks, Root);
        Write(new() { TrustedPacketSequenceId = Sequence, TrackDescriptor = track });
        return _tracks;
    }

    private void Write(ulong track, long cycle, TrackEvent.Types.Type type)
    {
        (_event.TrackUuid, _event.Type) = (track, type);
        _packet.TrackEvent = _event;
        _packet.Timestamp = (ulong)((UInt128)cycle * 1_000_000_000 / (UInt128)_clock.Value);
        Write(_packet);
    }

    /// <summary>The number of a name; sent once, ahead of its first use.</summary>
    private ulong Intern(string name, bool isEvent)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        var iid = (ulong)_names.Count + 1;
        _names[name] = iid;
        var entry = new InternedName { Iid = iid, Name = name };
        Write(new()
        {
            TrustedPacketSequenceId = Sequence,
            SequenceFlags = NamesUsed,
            InternedData = isEvent ? new() { EventNames = { entry } } : new() { DebugAnnotationNames = { entry } },
        });
        return iid;
    }

    private void Write(TracePacket packet)
    {
        _output.WriteTag(PacketTag);
        _output.WriteMessage(packet);
    }
}
