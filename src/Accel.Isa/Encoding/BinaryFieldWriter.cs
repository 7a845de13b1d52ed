using System.Text;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Fields as bytes: numbers as zigzag base-128 varints, words as their index. Names are not written.</summary>
internal sealed class BinaryFieldWriter(Stream stream) : FieldWriter
{
    public void Byte(byte value) => stream.WriteByte(value);

    /// <summary>A count or length.</summary>
    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    public void Text(string value)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(value);
        Unsigned((ulong)bytes.Length);
        stream.Write(bytes);
    }

    public override void Number(string name, long value) => Unsigned(((ulong)value << 1) ^ (ulong)(value >> 63));

    public override void Value(string name, Expression value)
    {
        Number(name, value.Constant);
        Byte((byte)value.TermCount);
        for (var i = 0; i < value.TermCount; i++)
        {
            Byte((byte)value[i].Register.Index);
            Number(name, value[i].Coefficient);
        }
    }

    public override void Word<T>(string name, T value) => Byte((byte)Words<T>.IndexOf(value));

    public override void Unit(string name, UnitId value)
    {
        Word(name, value.Kind);
        Number(name, value.Index);
    }

    public override void Semaphores(string name, SemaphoreList value)
    {
        Byte((byte)value.Count);
        foreach (var use in value.AsSpan())
        {
            Number(name, use.Semaphore);
            Number(name, use.Count);
        }
    }

    public override void Present(string name, bool value) => Byte(value ? (byte)1 : (byte)0);
}
