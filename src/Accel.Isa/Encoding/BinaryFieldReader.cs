using System.Text;
using Accel.Core.Diagnostics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Fields from bytes. Every number has one encoding; whatever else stands there is refused, with its offset.</summary>
internal sealed class BinaryFieldReader(string file, ReadOnlyMemory<byte> bytes, int start, int end) : FieldReader
{
    private const int LongestText = 4096;

    private int _position = start;

    /// <summary>Bytes not read yet: no list can be longer.</summary>
    public int Remaining => end - _position;

    public byte Byte(string name) => _position < end ? bytes.Span[_position++] : throw Fault(name, "a byte", "the end");

    public ulong Unsigned(string name, ulong maximum)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte(name);
            if (shift == 63 && next > 1)
            {
                throw Fault(name, "a number of 64 bits", "a longer one");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                if (next == 0 && shift > 0)
                {
                    throw Fault(name, "a number in its shortest form", "a longer one");
                }

                break;
            }
        }

        return value <= maximum ? value : throw Fault(name, $"at most {maximum}", $"{value}");
    }

    /// <summary>The length of a list whose items take at least one byte each.</summary>
    public int Count(string name) => (int)Unsigned(name, (ulong)Remaining);

    public string Text(string name)
    {
        var length = (int)Unsigned(name, LongestText);
        if (length > Remaining)
        {
            throw Fault(name, $"{length} bytes of text", $"{Remaining}");
        }

        try
        {
            var text = new UTF8Encoding(false, true).GetString(bytes.Span.Slice(_position, length));
            _position += length;
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw Fault(name, "UTF-8 text", "other bytes");
        }
    }

    public ReadOnlyMemory<byte> Bytes(string name, long length)
    {
        if (length > Remaining)
        {
            throw Fault(name, $"{length} bytes", $"{Remaining}");
        }

        _position += (int)length;
        return bytes.Slice(_position - (int)length, (int)length);
    }

    public override long Number(string name, long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        var raw = Unsigned(name, ulong.MaxValue);
        var value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return value >= minimum && value <= maximum ? value : throw Fault(name, $"a number from {minimum} to {maximum}", $"{value}");
    }

    public override Expression Value(string name)
    {
        var sum = new Expression(Number(name));
        var count = Byte(name);
        if (count > Expression.MaximumTerms)
        {
            throw Fault(name, $"at most {Expression.MaximumTerms} registers", $"{count}");
        }

        var previous = -1;
        for (var i = 0; i < count; i++)
        {
            var register = Byte(name);
            var coefficient = Number(name);
            if (register <= previous || register >= Accel.Isa.Operands.Register.Count || coefficient == 0)
            {
                throw Fault(name, "registers in ascending order with coefficients other than 0", $"register {register} times {coefficient}");
            }

            previous = register;
            sum += new Term(new(register), coefficient);
        }

        return sum;
    }

    public override T Word<T>(string name)
    {
        var index = Byte(name);
        return index < Words<T>.Count ? Words<T>.At(index) : throw Fault(name, $"a number below {Words<T>.Count}", $"{index}");
    }

    public override UnitId Unit(string name) => new(Word<UnitKind>(name), Integer(name, 0));

    public override SemaphoreList Semaphores(string name)
    {
        var count = Byte(name);
        if (count > SemaphoreList.MaximumLength)
        {
            throw Fault(name, $"at most {SemaphoreList.MaximumLength} semaphores", $"{count}");
        }

        Span<SemaphoreUse> uses = stackalloc SemaphoreUse[count];
        for (var i = 0; i < count; i++)
        {
            uses[i] = new(Integer(name, 0), Integer(name, 1));
        }

        return SemaphoreList.Create(uses);
    }

    public override bool Present(string name) => Byte(name) switch
    {
        0 => false,
        1 => true,
        var other => throw Fault(name, "0 or 1", $"{other}"),
    };

    public override InputException Fault(string name, string expected, string found) => new(file, $"byte {_position}, {name}", expected, found);
}
