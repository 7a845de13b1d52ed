using Accel.Compiler.Quantization;
using Accel.Isa;
using Accel.Isa.Commands;
using Xunit.Sdk;

namespace Accel.Compiler.Tests.Emit;

/// <summary>One thing spoilt in a program: the comparison with the interpreter names the first value that differs.</summary>
public sealed class MutationTests
{
    private static readonly CompilerOptions _options = new() { ContextLength = 32, PrefillTokens = 8 };

    [Fact]
    public void A_flipped_weight_is_found_in_its_layer() => Expect("layers.2.", Image("layers.2.", "query.weight"));

    [Fact]
    public void A_flipped_scale_is_found_in_its_layer() => Expect("layers.2.", Image("layers.2.", "query.weight.mantissas"));

    [Fact]
    public void A_moved_tile_is_found_in_its_layer() => Expect(
        "layers.1.", First<Load>("layers.1.", load => load with { Dram = load.Dram + (load.Dram[0] with { Coefficient = -2 }) }, load => load.Traffic == TrafficClass.Weights && load.Dram.TermCount > 0));

    [Fact]
    public void Another_rounding_is_found_in_its_layer() => Expect(
        "layers.0.", First<Elementwise>("layers.0.", command => command with { Truncate = true }, command => command is { Function: LaneFunction.Multiply, Shift: > 0 }));

    private static Func<CompiledProgram, CompiledProgram> Image(string layer, string what) => program => program with
    {
        Segments =
        [
            .. program.Segments.Select(segment =>
            {
                if (segment != program.Segments.First(s => s.Name.StartsWith(layer, StringComparison.Ordinal) && s.Name.EndsWith(what, StringComparison.Ordinal)))
                {
                    return segment;
                }

                var image = segment.Image.ToArray();
                image[0] ^= 0x10;
                return segment with { Image = image };
            }),
        ],
    };

    private static Func<CompiledProgram, CompiledProgram> First<T>(string layer, Func<T, Command> edit, Predicate<T>? match = null)
        where T : Command => program =>
    {
        var done = false;
        return program with
        {
            EntryPoints =
            [
                .. program.EntryPoints.Select(entry => entry with
                {
                    Instructions =
                    [
                        .. entry.Instructions.Select(instruction =>
                        {
                            if (done || instruction is not T command || match?.Invoke(command) == false
                                || !program.Operators[command.Operator].Name.StartsWith(layer, StringComparison.Ordinal))
                            {
                                return instruction;
                            }

                            done = true;
                            return edit(command);
                        }),
                    ],
                }),
            ],
        };
    };

    private static void Expect(string layer, Func<CompiledProgram, CompiledProgram> edit)
    {
        var (graph, text) = TrainedModels.Hybrid(QuantizationOptions.Int8);
        var run = new Differential(graph, Machines.Of(16, 16), _options, edit);
        var error = Assert.ThrowsAny<XunitException>(() => run.Run(text, 8, 1, 8));
        Assert.Contains($"'{layer}", error.Message, StringComparison.Ordinal);
    }
}
