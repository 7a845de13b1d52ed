using Accel.Isa.Operands;
using Accel.Sim.Timing.Stamped;

namespace Accel.Sim.Tests.Timing;

public sealed class CommandSizesTests
{
    [Fact]
    public void What_is_known_was_worked_out_for_the_same_value_of_the_register()
    {
        var (sizes, registers, random, recalled) = (new CommandSizes(7), new long[Register.Count], new Random(8), 0);
        for (var i = 0; i < 5000; i++)
        {
            registers[7] = random.Next(6);
            registers[8] = i;
            var size = sizes.For(registers, out var isKnown);
            recalled += isKnown ? 1 : 0;
            size.Cycles = isKnown ? size.Cycles : registers[7] * 10;
            Assert.Equal(registers[7] * 10, size.Cycles);
        }

        // Four of six values are kept.
        Assert.InRange(recalled, 3000, 3600);
    }

    [Theory]
    [InlineData(CommandSizes.NoRegister, 4)]
    [InlineData(CommandSizes.SeveralRegisters, 0)]
    public void Without_a_register_all_is_kept_and_with_several_nothing_is(int register, int recalled)
    {
        var sizes = new CommandSizes(register);
        Assert.Equal(recalled, Enumerable.Range(0, 5).Count(value =>
        {
            var registers = new long[Register.Count];
            Array.Fill(registers, value);
            sizes.For(registers, out var isKnown);
            return isKnown;
        }));
    }
}
