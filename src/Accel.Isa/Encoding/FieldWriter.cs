using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>
/// Takes an instruction's fields one by one, by name. Two forms exist, binary and text; what is made of numbers and words is built
/// here, so that both forms have the same fields.
/// </summary>
internal abstract class FieldWriter
{
    public abstract void Number(string name, long value);

    public abstract void Value(string name, Expression value);

    public abstract void Word<T>(string name, T value)
        where T : struct, Enum;

    public abstract void Unit(string name, UnitId value);

    public abstract void Semaphores(string name, SemaphoreList value);

    /// <summary>Whether an optional group of fields follows.</summary>
    public abstract void Present(string name, bool value);

    public void Flag(string name, bool value) => Number(name, value ? 1 : 0);

    public void Register(string name, Register value) => Value(name, value);

    public virtual void View(string name, View view)
    {
        Word($"{name}.type", view.Type);
        Value($"{name}.at", view.Address);
        Value($"{name}.planes", view.Planes);
        Value($"{name}.rows", view.Rows);
        Value($"{name}.columns", view.Columns);
        Number($"{name}.plane-stride", view.PlaneStride);
        Number($"{name}.row-stride", view.RowStride);
        Number($"{name}.column-stride", view.ColumnStride);
    }

    public virtual void OptionalView(string name, View? view)
    {
        Present(name, view is not null);
        if (view is not null)
        {
            View(name, view);
        }
    }

    public virtual void Operand(string name, Operand operand)
    {
        OptionalView(name, operand.View);
        if (operand.View is null)
        {
            Number($"{name}.constant", operand.Constant);
        }
    }

    public void Codes(string name, CodeMatrix codes)
    {
        Word($"{name}.format", codes.Format);
        Word($"{name}.layout", codes.Layout);
        Value($"{name}.at", codes.Address);
        Number($"{name}.stride", codes.Stride);
    }

    public void Mantissas(string name, Mantissas? mantissas)
    {
        Present(name, mantissas is not null);
        if (mantissas is not null)
        {
            Value($"{name}.at", mantissas.Address);
            Number($"{name}.stride", mantissas.Stride);
            Number($"{name}.group", mantissas.GroupSize);
        }
    }

    public void Norm(string name, NormConstants norm)
    {
        Number($"{name}.epsilon", norm.EpsilonMantissa);
        Number($"{name}.epsilon-shift", norm.EpsilonShift);
        Number($"{name}.greatest-headroom", norm.GreatestHeadroom);
        OptionalView($"{name}.weight", norm.Weight);
    }

    public void Box(Box box)
    {
        Value("planes", box.Planes);
        Value("rows", box.Rows);
        Value("row-bytes", box.RowBytes);
        Number("dram-plane-stride", box.DramPlaneStride);
        Number("dram-row-stride", box.DramRowStride);
        Number("pad-plane-stride", box.ScratchpadPlaneStride);
        Number("pad-row-stride", box.ScratchpadRowStride);
    }
}
