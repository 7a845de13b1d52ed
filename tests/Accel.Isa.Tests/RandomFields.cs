using Accel.Isa.Commands;
using Accel.Isa.Encoding;
using Accel.Isa.Operands;

namespace Accel.Isa.Tests;

/// <summary>Draws a field of every kind that an instruction asks for, so that whatever the catalogue lists can be made at random.</summary>
internal sealed class RandomFields(Random random, MachineShape machine, int operators) : FieldReader
{
    public override long Number(string name, long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        var (low, high) = name switch
        {
            "of" => (0, operators - 1),
            "channel" => (0, machine.DmaChannels - 1),
            "array" => (0, machine.Arrays - 1),
            "vector" => (0, machine.VectorUnits - 1),
            _ => (minimum, maximum),
        };
        // Small numbers, extremes and anything between, all within the bounds.
        var drawn = random.Next(4) switch
        {
            0 => random.Next(-3, 300),
            1 => random.NextInt64(long.MinValue, long.MaxValue),
            2 => low,
            _ => high,
        };
        return Math.Clamp(drawn, low, high) is 0 && name == "shift-sign" ? 1 : Math.Clamp(drawn, low, high);
    }

    public override Expression Value(string name)
    {
        if (name is "to" or "counter")
        {
            return new Register(random.Next(Accel.Isa.Operands.Register.ParameterCount, Accel.Isa.Operands.Register.Count));
        }

        Expression value = random.NextInt64(-(1L << random.Next(1, 62)), 1L << random.Next(1, 62));
        for (var terms = random.Next(Expression.MaximumTerms + 1); terms > 0; terms--)
        {
            value += new Term(new(random.Next(Accel.Isa.Operands.Register.Count)), random.Next(-5, 1 << 20));
        }

        return value;
    }

    public override T Word<T>(string name) => Words<T>.At(random.Next(Words<T>.Count));

    public override UnitId Unit(string name) => random.Next(3) switch
    {
        0 => new(UnitKind.Dma, random.Next(machine.DmaChannels)),
        1 => new(UnitKind.Array, random.Next(machine.Arrays)),
        _ => new(UnitKind.Vector, random.Next(machine.VectorUnits)),
    };

    public override SemaphoreList Semaphores(string name)
    {
        var first = random.Next(machine.Semaphores - SemaphoreList.MaximumLength);
        return SemaphoreList.Create(
            [.. Enumerable.Range(0, random.Next(SemaphoreList.MaximumLength + 1)).Select(i => new SemaphoreUse(first + i, random.Next(1, 4)))]);
    }

    public override bool Present(string name) => random.Next(2) == 0;

    public override Exception Fault(string name, string expected, string found) => new InvalidOperationException($"{name}: expected {expected}, found {found}");
}
