namespace Accel.Dram.Controller.Reach;

/// <summary>What each pseudo-channel is reading, and the banks that it comes to.</summary>
internal sealed partial class ReachChannel
{
    /// <summary>Whether the ports that are being read from are the only ones with anything to send.</summary>
    private bool OnlyStreamsGoOn()
    {
        foreach (var lane in _lanes)
        {
            foreach (var port in lane.Engine.Input.Ports)
            {
                if (port != lane.Port && port.Left > 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Finds the one stream that each pseudo-channel reads.</summary>
    private bool FindStreams()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            var lane = _lanes[i];
            if (_queuesInEngine && !FindStream(i, lane))
            {
                return false;
            }

            lane.AheadCount = lane.Port!.LookAhead(lane.Ahead, Now, out lane.LastEnds);
            if (lane.AheadCount == 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool FindStream(int index, Lane lane)
    {
        lane.Port = null;
        var ports = lane.Engine.Input.Ports;
        for (var number = 0; number < ports.Count; number++)
        {
            if (ports[number].Left > 0)
            {
                if (lane.Port is not null)
                {
                    return false;
                }

                (lane.Port, lane.Number) = (ports[number], number);
            }
        }

        if (lane.Port is null)
        {
            return false;
        }

        if (index == 0 && (lane.Port.Next + Lead) % Grain != 0)
        {
            return false; // the engine goes there first, so that steps begin alike
        }

        Span<int> words = stackalloc int[Config.ReadQueue];
        Span<int> ages = stackalloc int[Config.ReadQueue];
        if (lane.Engine.SaveReads(lane.Port, lane.Number, words, ages, Now) is var count && count < 0)
        {
            return false;
        }

        (lane.Queue, lane.Ages) = (_table.Queue(words[..count]), _table.Ages(ages[..count]));
        if (lane.Queue is null)
        {
            return false;
        }

        lane.Flights.Clear();
        lane.Engine.SaveFlights(lane.Flights, lane.Port.Next, lane.Queue.Reach);
        return true;
    }

    private bool FindWindows()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            var (lane, blocks) = (_lanes[i], _blocks[i]!);
            var next = lane.Port!.Next;
            var room = _target - _lanes[0].Port!.Next + _margin;
            lane.FirstBlock = (next - lane.Queue!.Reach) >> blocks.Bits;
            lane.Blocks = (int)(((next + room - 1) >> blocks.Bits) - lane.FirstBlock) + 1;
            lane.Room = ((lane.FirstBlock + lane.Blocks) << blocks.Bits) - next;
            lane.Shape = blocks.Window(lane.FirstBlock, lane.Blocks);
            if (lane.Shape is null)
            {
                return false;
            }

            for (var block = 0; block < lane.Blocks; block++)
            {
                lane.Rows[block] = blocks.RowOf(lane.FirstBlock + block);
            }
        }

        return true;
    }
}
