using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Gives back the fields that a <see cref="FieldWriter"/> took, in the same order.</summary>
internal abstract class FieldReader
{
    public abstract long Number(string name, long minimum = long.MinValue, long maximum = long.MaxValue);

    public abstract Expression Value(string name);

    public abstract T Word<T>(string name)
        where T : struct, Enum;

    public abstract UnitId Unit(string name);

    public abstract SemaphoreList Semaphores(string name);

    public abstract bool Present(string name);

    /// <summary>The input is at fault at the field that was read last.</summary>
    public abstract Exception Fault(string name, string expected, string found);

    public bool Flag(string name) => Number(name, 0, 1) == 1;

    public int Integer(string name, int minimum = int.MinValue, int maximum = int.MaxValue) => (int)Number(name, minimum, maximum);

    /// <summary>A shift amount.</summary>
    public int Shift(string name) => (int)Number(name, -128, 128);

    public Register Register(string name)
    {
        var value = Value(name);
        return value is { Constant: 0, TermCount: 1 } && value[0].Coefficient == 1 ? value[0].Register : throw Fault(name, "a register", value.ToString());
    }

    public virtual View View(string name)
    {
        var type = Word<LaneType>($"{name}.type");
        var address = Value($"{name}.at");
        var planes = Value($"{name}.planes");
        var rows = Value($"{name}.rows");
        return new(type, address, Value($"{name}.columns"))
        {
            Planes = planes,
            Rows = rows,
            PlaneStride = Stride($"{name}.plane-stride"),
            RowStride = Stride($"{name}.row-stride"),
            ColumnStride = Stride($"{name}.column-stride"),
        };
    }

    public virtual View? OptionalView(string name) => Present(name) ? View(name) : null;

    public virtual Operand Operand(string name) => OptionalView(name) is { } view ? view : Number($"{name}.constant");

    public CodeMatrix Codes(string name)
    {
        var format = Word<CodeFormat>($"{name}.format");
        var layout = Word<MatrixLayout>($"{name}.layout");
        return new(format, Value($"{name}.at"), Stride($"{name}.stride")) { Layout = layout };
    }

    public Mantissas? Mantissas(string name) =>
        Present(name) ? new(Value($"{name}.at"), Stride($"{name}.stride"), Number($"{name}.group", 1, 1L << 40)) : null;

    public NormConstants Norm(string name) =>
        new(
            Integer($"{name}.epsilon", 0), Integer($"{name}.epsilon-shift", -62, 128), Integer($"{name}.greatest-headroom", 0, 30),
            OptionalView($"{name}.weight"));

    public Box Box()
    {
        var planes = Value("planes");
        var rows = Value("rows");
        return new(Value("row-bytes"))
        {
            Planes = planes,
            Rows = rows,
            DramPlaneStride = Stride("dram-plane-stride"),
            DramRowStride = Stride("dram-row-stride"),
            ScratchpadPlaneStride = Stride("pad-plane-stride"),
            ScratchpadRowStride = Stride("pad-row-stride"),
        };
    }

    /// <summary>Distances are not negative and far below what an address holds.</summary>
    public long Stride(string name) => Number(name, 0, 1L << 48);
}
