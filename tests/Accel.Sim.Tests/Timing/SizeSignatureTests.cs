using Accel.Hardware;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Sim.Timing;
using Accel.Sim.Timing.Stamped;
using Accel.Sim.Timing.Units;

namespace Accel.Sim.Tests.Timing;

/// <summary>Commands share what their sizes come to, so a signature must say all that decides it.</summary>
public sealed class SizeSignatureTests
{
    private static readonly ScratchpadShares _shares = ScratchpadShares.Of(Bench.Hardware);
    private static readonly Register _size = new(7);
    private static readonly View _source = new(LaneType.I16, 64, _size) { Planes = 2, Rows = 3, PlaneStride = 4096, RowStride = 512 };
    private static readonly MatMul _product = new(_source, new(CodeFormat.Int8, 8192, 256), 48, new(100, 2, 16), 5, 64, false) { Fold = 2 };
    private static readonly Drain _readOut = new(5, 64, _source, null, null, 0, 0, 100);
    private static readonly Box _box = new(_size) { Rows = 3, Planes = 2, DramRowStride = 256, DramPlaneStride = 4096, ScratchpadRowStride = 128, ScratchpadPlaneStride = 1024 };
    private static readonly Load _load = new(TrafficClass.Weights, 0, 0, _box);
    private static readonly QuantizeRows _quantize = new(_source, _source with { Type = LaneType.I8 }, View.Scalars(LaneType.I32, 0, 6), new(1, 1, 1, null), 1, 1);

    [Fact]
    public void What_does_not_decide_a_time_is_not_in_the_signature()
    {
        var moved = _source with { Address = _size * 3 };
        Assert.Equal(Numbers(_product), Numbers(_product with { Activations = moved, Accumulator = 77, Array = 1, Operator = 3, Waits = [2], Signals = [4] }));
        Assert.Equal(Numbers(_readOut), Numbers(_readOut with { Destination = moved, Limit = 5, Accumulator = 9 }));
        Assert.Equal(Numbers(_load), Numbers(_load with { Dram = _size * 64, Scratchpad = 4096, Channel = 1, Traffic = TrafficClass.Cache }));
        Assert.Equal(Numbers(_quantize), Numbers(_quantize with { Source = moved, ScaleShift = 3 }));
    }

    public static TheoryData<string, Command, Command> Different => new()
    {
        { "fold", _product, _product with { Fold = 4 } },
        { "dataflow", _product, _product with { Dataflow = Dataflow.OutputStationary } },
        { "outputs", _product, _product with { Outputs = 49 } },
        { "weights", _product, _product with { Weights = _product.Weights with { Format = CodeFormat.Int4 } } },
        { "group", _product, _product with { Mantissas = new(100, 2, 8) } },
        { "no group", _product, _product with { Mantissas = null } },
        { "stride of sums", _product, _product with { AccumulatorStride = 65 } },
        { "register", _product, _product with { Activations = _source with { Columns = new Register(8) } } },
        { "factor", _product, _product with { Activations = _source with { Columns = _size * 2 } } },
        { "type", _readOut, _readOut with { Destination = _source with { Type = LaneType.I32 } } },
        { "planes", _readOut, _readOut with { Destination = _source with { Planes = 3 } } },
        { "rows", _readOut, _readOut with { Destination = _source with { Rows = 4 } } },
        { "stride of planes", _readOut, _readOut with { Destination = _source with { PlaneStride = 0 } } },
        { "stride of rows", _readOut, _readOut with { Destination = _source with { RowStride = 0 } } },
        { "stride of columns", _readOut, _readOut with { Destination = _source with { ColumnStride = 6 } } },
        { "box rows", _load, _load with { Box = _box with { Rows = 4 } } },
        { "box planes", _load, _load with { Box = _box with { Planes = 3 } } },
        { "stride in memory", _load, _load with { Box = _box with { DramRowStride = 512 } } },
        { "stride of planes in memory", _load, _load with { Box = _box with { DramPlaneStride = 8192 } } },
        { "stride in the scratchpad", _load, _load with { Box = _box with { ScratchpadRowStride = 512 } } },
        { "stride of planes in the scratchpad", _load, _load with { Box = _box with { ScratchpadPlaneStride = 8192 } } },
        { "direction", _load, new Store(TrafficClass.Weights, 0, 0, _box) },
        { "norm", _quantize, _quantize with { Norm = null } },
        { "norm weights", _quantize, _quantize with { Norm = new(1, 1, 1, _source) } },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void What_decides_a_time_is_in_the_signature(string what, Command one, Command other) =>
        Assert.False(Numbers(one).AsSpan().SequenceEqual(Numbers(other)), what);

    [Fact]
    public void Commands_of_one_signature_come_to_the_same_on_random_programs()
    {
        var (known, shared, registers) = (new Dictionary<string, string>(), 0, new long[Register.Count]);
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new RandomTimedPrograms(seed);
            foreach (var command in random.Program(random.Machine()).EntryPoints[0].Instructions.OfType<Command>())
            {
                if (command is Synchronize || Numbers(command) is not { Length: > 0 } numbers)
                {
                    continue;
                }

                var (signature, measured) = (string.Join(' ', numbers), Measured(command, registers));
                Assert.Equal(known.GetValueOrDefault(signature, measured), measured);
                shared += known.TryAdd(signature, measured) ? 0 : 1;
            }
        }

        // The comparison means something: many were shared.
        Assert.True(shared > 50, $"{shared} shared");
    }

    private static long[] Numbers(Command command)
    {
        var signature = new SizeSignature();
        return signature.TryWrite(command) ? signature.Numbers.ToArray() : [];
    }

    private static string Measured(Command command, long[] registers)
    {
        var (config, size) = (Bench.Hardware, new CommandSize());
        StampedUnit unit = command switch
        {
            DmaCommand => new StampedDma(command.Unit, 0, config.Dma),
            ArrayCommand => new StampedArray(command.Unit, 0, config.MatMulArrays, _shares, false),
            _ => new StampedVector(command.Unit, 0, new VectorTiming(config.VectorUnits, _shares), false),
        };
        unit.Measure(command, size, registers);
        return $"{size.Cycles} {size.PadLength} {size.SumsLength} {size.Passes?.Shape} {size.Transfer} {size.IsLoad}";
    }
}
