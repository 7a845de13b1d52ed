using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Emit;
using Accel.Compiler.Tests.Quantization;
using Accel.Compiler.Tiling;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Tests.Tiling;

/// <summary>Loops whose rounds move the same are walked once, and nobody can tell by the count.</summary>
public sealed class TrafficMeterTests
{
    private static readonly Register _counter = new(5);
    private static readonly Register _size = new(6);

    [Fact]
    public void Loops_walked_once_count_what_loops_walked_in_full_count()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var graph = RandomModelTests.Quantize(new RandomModel(seed), new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
            var (program, _) = ModelCompiler.Compile(graph, Machines.Of(4, 3, arrays: 2, scratchpad: 1 << 16), new CompilerOptions { ContextLength = 48, PrefillTokens = 8 });
            foreach (var entry in program.EntryPoints)
            {
                for (var position = 0L; position < 40; position += 13)
                {
                    Assert.Equal(TrafficMeter.Measure(program, entry, position, entry.MaximumTokens, everyRound: true), TrafficMeter.Measure(program, entry, position, entry.MaximumTokens));
                }
            }
        }
    }

    [Fact]
    public void A_size_that_follows_the_round_is_added_up() =>
        Assert.Equal(0 + 8 + 16, Count(new Loop(_counter, 3), Bytes((Expression)_counter * 8), new EndLoop()));

    [Fact]
    public void A_size_behind_a_loop_that_set_it_is_that_of_the_last_round() =>
        Assert.Equal(20, Count(new Loop(_counter, 3), new Set(_size, SetFunction.Multiply, _counter, 10), new EndLoop(), Bytes(_size)));

    [Fact]
    public void A_sum_that_grows_from_round_to_round_is_followed() =>
        Assert.Equal(15, Count(new Loop(_counter, 3), new Set(_size, SetFunction.Add, _size, 5), new EndLoop(), Bytes(_size)));

    private static Load Bytes(Expression bytes) => new(TrafficClass.Weights, 0, 0, new Box(bytes));

    private static long Count(params Instruction[] instructions)
    {
        var program = new CompiledProgram
        {
            Name = "test",
            Machine = MachineShapes.Of(Machines.Of(4, 4)),
            ContextLength = 1,
            Segments = [],
            Operators = [new("op", "linear")],
            EntryPoints = [new("decode", 1, instructions)],
        };
        return TrafficMeter.Measure(program, program.EntryPoints[0], 0, 1)[0, (int)TrafficClass.Weights];
    }
}
