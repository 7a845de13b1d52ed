using Accel.Compiler.Scheduling;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Emit;

/// <summary>
/// The keys that a run's queries see, tile by tile. Without a window they are the first slots of the cache. With one they begin behind all
/// that no query sees any more, and where the ring ends a tile ends too, so that each is one run of slots.
/// </summary>
internal sealed class KeyTiles
{
    private readonly CommandStream _stream;
    private readonly int _slots;
    private readonly int _window;
    private readonly int _tile;
    private readonly Register _start;
    private readonly Register _slot;
    private readonly Register _done;

    /// <param name="slots">Of the cache.</param>
    /// <param name="window">Keys that a query sees; 0 for all.</param>
    /// <param name="tile">Most keys of a tile.</param>
    public KeyTiles(CommandStream stream, int slots, int window, int tile)
    {
        (_stream, _slots, _window, _tile) = (stream, slots, window, tile);
        (Keys, Count, Columns) = (stream.NewRegister(), stream.NewRegister(), stream.NewRegister());
        if (window > 0)
        {
            (_start, _slot, _done) = (stream.NewRegister(), stream.NewRegister(), stream.NewRegister());
        }
    }

    /// <summary>Keys that the run's queries see together, in the tiles.</summary>
    public Register Keys { get; }

    /// <summary>Tiles of keys.</summary>
    public Register Count { get; }

    /// <summary>Keys of the tile in turn.</summary>
    public Register Columns { get; }

    /// <summary>Slot of the first key of the tile in turn.</summary>
    public Expression FirstSlot { get; private set; }

    /// <summary>Keys in the tiles before.</summary>
    public Expression FirstKey { get; private set; }

    /// <summary>Whether the tile in turn is the run's own key, which is not in the cache yet.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Works out how many keys there are, and where they begin.</summary>
    /// <param name="position">Tokens that the sequence has seen.</param>
    /// <param name="tokens">Of the sequence in this run, as far as they are in the cache.</param>
    public void Locate(Register position, Expression tokens)
    {
        if (_window == 0)
        {
            _stream.Set(Keys, SetFunction.Add, position, tokens);
            _stream.Set(Count, SetFunction.CeilingDivide, Keys, _tile);
            return;
        }

        _stream.Set(Keys, SetFunction.Minimum, position, _window - 1);
        _stream.Set(_start, SetFunction.Modulo, (Expression)position - Keys, _slots);
        _stream.Set(Keys, SetFunction.Add, Keys, tokens);
        // Up to the ring's end, then from its start.
        _stream.Set(Columns, SetFunction.Minimum, Keys, (_start * -1) + _slots);
        _stream.Set(_slot, SetFunction.CeilingDivide, (Expression)Keys - Columns, _tile);
        _stream.Set(Count, SetFunction.CeilingDivide, Columns, _tile);
        _stream.Set(Count, SetFunction.Add, Count, _slot);
    }

    /// <summary>Before the first tile of a pass.</summary>
    public void Begin()
    {
        if (_window > 0)
        {
            _stream.Set(_slot, SetFunction.Add, _start, 0);
            _stream.Set(_done, SetFunction.Add, 0, 0);
        }
    }

    /// <summary>Before what belongs to the run's own key: it counts behind all others.</summary>
    public void EnterOwn()
    {
        (IsOwn, FirstKey) = (true, Keys);
        _stream.Set(Columns, SetFunction.Add, 1, 0);
    }

    /// <summary>Before what belongs to a tile.</summary>
    public void Enter(Expression tile)
    {
        IsOwn = false;
        if (_window == 0)
        {
            (FirstSlot, FirstKey) = (tile * _tile, tile * _tile);
            _stream.Set(Columns, SetFunction.Minimum, Keys + (tile * -_tile), _tile);
            return;
        }

        (FirstSlot, FirstKey) = (_slot, _done);
        _stream.Set(Columns, SetFunction.Minimum, Keys + (_done * -1), _tile);
        _stream.Set(Columns, SetFunction.Minimum, Columns, (_slot * -1) + _slots);
    }

    /// <summary>Behind what belongs to a tile.</summary>
    public void Leave()
    {
        if (_window > 0)
        {
            _stream.Set(_done, SetFunction.Add, _done, Columns);
            _stream.Set(_slot, SetFunction.Add, _slot, Columns);
            _stream.Set(_slot, SetFunction.Modulo, _slot, _slots);
        }
    }
}
