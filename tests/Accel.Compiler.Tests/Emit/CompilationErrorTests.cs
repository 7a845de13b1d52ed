using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Quantization;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware;

namespace Accel.Compiler.Tests.Emit;

/// <summary>What does not fit is said in one line.</summary>
public sealed class CompilationErrorTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 32, PrefillTokens = 8 };

    [Fact]
    public void A_model_beyond_the_memory_is_refused()
    {
        var machine = Machines.Of(16, 16);
        Expect(machine with { Memory = machine.Memory with { Capacity = new Bytes(4096) } }, "test-16x16: memory.capacity: expected at least ");
    }

    [Fact]
    public void A_scratchpad_below_what_one_token_needs_is_refused() =>
        Expect(Machines.Of(4, 4, scratchpad: 1024), "test-4x4: scratchpad.size: expected ");

    [Fact]
    public void Accumulators_below_what_one_token_needs_are_refused() =>
        Expect(Machines.Of(4, 4, accumulatorWords: 1), "test-4x4: matmulArrays.accumulators: expected at least 2 sums, found 1");

    [Fact]
    public void Codes_that_the_arrays_do_not_multiply_are_refused_by_name()
    {
        var machine = Machines.Of(16, 16);
        Expect(
            machine with { MatMulArrays = machine.MatMulArrays with { Weights = [WeightType.Int16] } },
            "test-16x16: matmulArrays.weights: expected int8 for 'layers.0.");
    }

    [Fact]
    public void Too_few_semaphores_are_refused()
    {
        var machine = Machines.Of(16, 16);
        Expect(machine with { Sequencer = machine.Sequencer with { Semaphores = 3 } }, "test-16x16: sequencer.semaphores: expected more than 3");
    }

    private static void Expect(HardwareConfig hardware, string start)
    {
        var graph = RandomModelTests.Quantize(new RandomModel(5), new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
        var error = Assert.Throws<InputException>(() => ModelCompiler.Compile(graph, hardware, _options));
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
    }
}
