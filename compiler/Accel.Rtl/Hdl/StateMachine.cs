using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>A control automaton: one register, named states, the first after reset.</summary>
public sealed class StateMachine
{
    private readonly UnsignedRegister _register;
    private readonly Dictionary<string, Unsigned> _states = new(StringComparer.Ordinal);

    internal StateMachine(Module module, string name, IReadOnlyList<string> states)
    {
        ArgumentOutOfRangeException.ThrowIfZero(states.Count);
        var width = Bits.OfIndex(states.Count);
        _register = module.Register(name, width, reset: 0);
        foreach (var state in states)
        {
            var constant = $"{name}_{state}".ToUpperInvariant();
            module.AddName(constant);
            _states.Add(state, new(new ConstantNode(new BigInteger(_states.Count), width, false, constant)));
        }
    }

    internal IEnumerable<ConstantNode> States => _states.Values.Select(state => (ConstantNode)state.Node);

    /// <summary>Whether this is the current state.</summary>
    public Unsigned In(string state) => _register.Value.Is(_states[state]);

    /// <summary>A transition; of those that hold at once the one that was stated first wins.</summary>
    public void Go(string from, Unsigned condition, string to) => _register.Next(In(from) & condition, _states[to]);

    /// <summary>A transition that needs no condition.</summary>
    public void Go(string from, string to) => _register.Next(In(from), _states[to]);
}
