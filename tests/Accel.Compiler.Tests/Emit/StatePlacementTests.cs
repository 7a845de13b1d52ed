using Accel.Compiler.Quantization;
using Accel.Compiler.Tests.Quantization;
using Accel.Isa;
using Accel.Isa.Commands;
using Accel.Sim;

namespace Accel.Compiler.Tests.Emit;

/// <summary>Caches and states that stay in the scratchpad: what a run leaves there, the next run of the same sequence finds.</summary>
public sealed class StatePlacementTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 80, PrefillTokens = 12, Sequences = 2 };

    [Fact]
    public void Sequences_in_turn_and_one_started_anew_keep_apart()
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var run = new Differential(graph, Machines.Of(16, 16, scratchpad: 4 << 20), _options);
        Assert.All(run.Report.States, state => Assert.True(state.OnChip, state.Name));
        for (var turn = 0; turn < 3; turn++)
        {
            for (run.Sequence = 0; run.Sequence < 2; run.Sequence++)
            {
                run.Run(text.AsSpan(20 * ((2 * turn) + run.Sequence), 20), 11, 1, 7, 1);
            }
        }

        run.Sequence = 1;
        run.Reset(1);
        run.Run(text, 11, 1, 1);
        run.Sequence = 0;
        run.Run(text.AsSpan(200), 1, 9);
    }

    [Fact]
    public void Where_not_all_fits_states_live_on_both_sides()
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var run = new Differential(graph, Machines.Of(16, 16, scratchpad: 1 << 18), _options);
        Assert.Contains(run.Report.States, state => state.OnChip);
        Assert.Contains(run.Report.States, state => !state.OnChip);
        run.Run(text, 20, 1, 7, 1, 1);
    }

    [Fact]
    public void Resident_states_move_no_byte()
    {
        var (graph, _) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var (program, report) = ModelCompiler.Compile(graph, Machines.Of(16, 16, scratchpad: 4 << 20), _options);
        Assert.Equal(report.States.Select(state => state.Name).Order(), program.Residents.Select(resident => resident.Name).Order());
        Assert.DoesNotContain(program.Segments, segment => segment.Kind is SegmentKind.Cache or SegmentKind.State);
        Assert.All(report.EntryPoints.SelectMany(entry => entry.Operators), op => Assert.Equal(0, op.Bytes[(int)TrafficClass.Cache] + op.Bytes[(int)TrafficClass.State]));
    }

    [Fact]
    public void Nothing_else_in_the_scratchpad_survives_a_run()
    {
        // A program that forgets to declare its residents reads, in its second run, what nobody wrote.
        var model = new RandomModel(1);
        var graph = RandomModelTests.Quantize(model, new QuantizationOptions { Rounding = WeightRounding.Nearest, RefinementSweeps = 0 });
        var run = new Differential(graph, Machines.Of(16, 16), _options, program => program with { Residents = [] });
        var fault = Assert.Throws<MachineFaultException>(() => run.Run(model.Tokens(24), 12, 12));
        Assert.Equal(FaultKind.NeverWritten, fault.Kind);
    }
}
