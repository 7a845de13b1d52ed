namespace Accel.Dram.Controller;

/// <summary>States of the whole channel: numbered, and put back into the engine.</summary>
internal sealed unsafe partial class MemoChannel
{
    /// <summary>Puts the engine into the present state, unless it is there.</summary>
    private void Load()
    {
        if (_engineIsThere)
        {
            return;
        }

        fixed (int* saved = _table.State(_state))
        {
            var state = saved;
            for (var i = 0; i < Inputs.Length; i++)
            {
                state = _engine.PseudoChannels[i].Load(state, Now, _geometry[i]!, _portNumbers[i], _due.AsSpan(i * Device.Ranks, Device.Ranks));
            }

            LoadBuses(state);
        }

        _engine.Restart(Now);
        _engineIsThere = true;
    }

    /// <summary>The number of the state that the engine is in.</summary>
    private int NumberOfState()
    {
        fixed (int* start = _scratch)
        {
            var state = start;
            for (var i = 0; i < Inputs.Length; i++)
            {
                state = _engine.PseudoChannels[i].Save(state, Now, _geometry[i]!, _ports[i]);
            }

            *state++ = _engine.LastServed;
            foreach (var bus in _engine.Buses)
            {
                var taken = bus.Ahead(Now);
                *state++ = (int)taken;
                *state++ = (int)(taken >> 32);
            }

            return _table.NumberOf(_scratch.AsSpan(0, (int)(state - start)));
        }
    }

    private void LoadBuses(int* state)
    {
        _engine.LastServed = state[0];
        for (var i = 0; i < _engine.Buses.Length; i++)
        {
            _engine.Buses[i].Load((uint)state[2 * i + 1] | ((ulong)(uint)state[2 * i + 2] << 32), Now);
        }
    }
}
