using Accel.Rtl.Hdl;

namespace Accel.Rtl.Chip;

/// <summary>
/// The streams and the order of steps: takes a token, goes through its steps one after another (start, done, next), offers what was drawn, feeds it
/// back.
/// </summary>
internal sealed class Sequencer
{
    private readonly Module _m;
    private readonly ChipInterface _chip;
    private readonly IReadOnlyList<ChipStep> _steps;
    private readonly StateMachine _state;
    private readonly UnsignedRegister _go;
    private readonly UnsignedRegister _step;
    private readonly UnsignedRegister _position;
    private readonly UnsignedRegister _token;
    private readonly Unsigned _end;
    private readonly Unsigned _finish;

    public Sequencer(Module m, ChipInterface chip, IReadOnlyList<ChipStep> steps)
    {
        (_m, _chip, _steps) = (m, chip, steps);
        _state = m.StateMachine("sequencer", "wait", "work", "offer", "drop");
        _go = m.Register("go", reset: 0, comment: "the first cycle of a step");
        _step = m.Register("step", Bits.OfIndex(steps.Count), reset: 0);
        _position = m.Register("position_now", ChipInterface.TokenWidth, reset: 0, comment: "tokens consumed");
        _token = m.Register("token_now", ChipInterface.TokenWidth);
        _end = m.Forward("end_of_sequence");
        _finish = m.Forward("finish");
    }

    public Unsigned Go => _go.Value;

    public Unsigned Step => _step.Value;

    public Unsigned Position => _position.Value;

    public Unsigned Token => _token.Value;

    /// <summary>Position modulo a number of slots.</summary>
    public Unsigned Ring(int slots)
    {
        if (slots >= _chip.ContextLength)
        {
            return Position;
        }

        var slot = _m.Register($"slot_of_{slots}", Bits.OfIndex(slots), reset: 0);
        slot.Next(_end, 0).Next(_finish & slot.Value.Is(slots - 1), 0).Next(_finish, slot.Value.Increment());
        return slot;
    }

    /// <summary>Joins the rest: ports, the units' done, the token drawn.</summary>
    /// <param name="feed">Connects a value to all units that have an input of the name.</param>
    public void Close(Unsigned done, Unsigned drawn, Action<string, Unsigned> feed)
    {
        var promptData = _m.Input("s_axis_tdata", ChipInterface.TokenWidth, "prompt");
        var promptValid = _m.Input("s_axis_tvalid");
        var promptLast = _m.Input("s_axis_tlast");
        var ready = _m.Input("m_axis_tready");
        var limit = _m.Input("token_limit", ChipInterface.TokenWidth, "tokens to generate");
        var stopEnable = _m.Input("stop_enable");
        var stopToken = _m.Input("stop_token", ChipInterface.TokenWidth);
        feed("inverse_temperature", _m.Input("inverse_temperature", ChipInterface.TemperatureWidth, "0: greedy"));
        feed("seed", _m.Input("seed", ChipInterface.SeedWidth));

        var (inWait, inWork) = (_m.Wire("in_wait", _state.In("wait")), _m.Wire("in_work", _state.In("work")));
        var (inOffer, inDrop) = (_m.Wire("in_offer", _state.In("offer")), _m.Wire("in_drop", _state.In("drop")));
        var accept = _m.Wire("accept", inWait & promptValid);
        var generates = _m.Register("generates", comment: "a token is drawn behind this one");
        var dropping = _m.Register("dropping", comment: "the context was full before the prompt ended");
        var produced = _m.Register("produced", ChipInterface.TokenWidth, reset: 0);
        var isLastPosition = Position.Is(_chip.ContextLength - 1);
        var isLast = _m.Wire(
            "is_last", produced.Value.Increment().Is(limit) | (stopEnable & drawn.Is(stopToken)) | Position.Is(_chip.ContextLength));
        var taken = _m.Wire("taken", inOffer & ready);
        var again = _m.Wire("again", taken & ~isLast);
        _m.Drive(_end, taken & isLast);

        var last = _steps.Count - 1;
        var lastOfPrompt = _steps.Last(step => !step.OnlyGenerating).Index;
        var width = _step.Value.Width;
        var lastStep = generates.Value.Select(Unsigned.Constant(width, last), Unsigned.Constant(width, lastOfPrompt));
        var isLastStep = _m.Wire("is_last_step", _step.Value.Is(lastStep));
        var advance = _m.Wire("advance", inWork & done);
        _m.Drive(_finish, advance & isLastStep);

        var promptToken = promptData < Unsigned.Constant(ChipInterface.TokenWidth + 1, _chip.VocabularySize);
        _token.Next(accept, promptToken.Select(promptData, Unsigned.Constant(ChipInterface.TokenWidth, 0))).Next(again, drawn);
        generates.Next(accept, promptLast | isLastPosition);
        dropping.Next(accept, ~promptLast & isLastPosition);
        _go.Next(accept | again | (advance & ~isLastStep));
        _step.Next(accept | again, 0).Next(advance & ~isLastStep, _step.Value.Increment());
        _position.Next(_end, 0).Next(_finish, Position.Increment());
        produced.Next(_end, 0).Next(again, produced.Value.Increment());
        feed("load", accept & Position.Is(0));
        _state.Go("wait", promptValid, "work");
        _state.Go("work", _finish & generates, "offer");
        _state.Go("work", _finish, "wait");
        _state.Go("offer", _end & dropping, "drop");
        _state.Go("offer", _end, "wait");
        _state.Go("offer", ready, "work");
        _state.Go("drop", promptValid & promptLast, "wait");

        var cycles = _m.Register("cycles_now", ChipInterface.CycleWidth, reset: 0);
        cycles.Next(accept | again, 0).Next(inWork, cycles.Value.Increment());
        _m.Output("s_axis_tready", inWait | inDrop);
        _m.Output("m_axis_tdata", drawn);
        _m.Output("m_axis_tvalid", inOffer);
        _m.Output("m_axis_tlast", isLast);
        _m.Output("busy", ~inWait | Position.Any());
        _m.Output("computing", inWork);
        _m.Output("position", Position);
        _m.Output("token_done", _m.DelayFlag("finished", _finish));
        _m.Output("cycles", cycles.Value);
    }
}
