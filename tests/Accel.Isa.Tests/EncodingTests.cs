using Accel.Isa.Commands;
using Accel.Isa.Encoding;
using Accel.Tests.Shared;

namespace Accel.Isa.Tests;

public sealed class EncodingTests
{
    [Fact]
    public void Decoded_program_is_the_encoded_one() => SeededProperty.Holds(
        RandomPrograms.Any,
        program =>
        {
            var bytes = ProgramEncoder.Encode(program);
            var decoded = ProgramDecoder.Decode("test", bytes);

            Assert.Equal(program, decoded);
            Assert.Equal(bytes, ProgramEncoder.Encode(decoded));
        },
        runs: 300);

    [Fact]
    public void Disassembly_assembles_to_identical_bytes() => SeededProperty.Holds(
        RandomPrograms.Any,
        program =>
        {
            var bytes = ProgramEncoder.Encode(program);
            var text = new StringWriter();
            Disassembler.Write(ProgramDecoder.Decode("test", bytes), text);

            Assert.Equal(bytes, ProgramEncoder.Encode(Assembler.Read("test", new StringReader(text.ToString()))));
        },
        runs: 300);

    [Fact]
    public void Disassembly_without_images_is_a_timing_only_program()
    {
        var program = RandomPrograms.Make(1);
        var text = new StringWriter();
        Disassembler.Write(program, text, withImages: false);

        var read = Assembler.Read("test", new StringReader(text.ToString()));

        Assert.All(read.Segments, segment => Assert.True(segment.Image.IsEmpty));
        Assert.Equal(program.EntryPoints, read.EntryPoints);
    }

    [Fact]
    public void Catalogue_lists_every_instruction_once()
    {
        var all = typeof(Instruction).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Instruction)) && !type.IsAbstract);

        Assert.Equal(all.OrderBy(type => type.Name), InstructionCatalogue.All.Select(entry => entry.Type).OrderBy(type => type.Name));
        Assert.Distinct(InstructionCatalogue.All.Select(entry => entry.Code));
        Assert.Distinct(InstructionCatalogue.All.Select(entry => entry.Mnemonic));
    }

    [Fact]
    public void Every_instruction_prints_its_own_mnemonic_and_differs_by_every_field()
    {
        var random = new Random(7);
        foreach (var entry in InstructionCatalogue.All)
        {
            var instruction = entry.Read(new RandomFields(random, RandomPrograms.Machine, 5));

            Assert.Equal(entry.Mnemonic, instruction.Mnemonic);
            Assert.StartsWith(entry.Mnemonic, Disassembler.Print(instruction));

            // A property that the fields leave out would make two different commands print alike.
            foreach (var property in entry.Type.GetProperties().Where(property => property.SetMethod is not null))
            {
                var printed = Enumerable.Range(0, 60)
                    .Select(_ => entry.Read(new RandomFields(random, RandomPrograms.Machine, 5)))
                    .Select(drawn => property.GetValue(drawn)?.ToString())
                    .Distinct();
                Assert.True(printed.Count() > 1, $"{entry.Mnemonic}.{property.Name} is never read");
            }
        }
    }

    [Fact]
    public void Listing_reads_as_the_manual_says()
    {
        var program = new CompiledProgram
        {
            Name = "tiny",
            Machine = RandomPrograms.Machine,
            ContextLength = 128,
            Segments = [new("w", SegmentKind.Weights, 0, 3) { Image = new byte[] { 1, 2, 3 } }],
            Operators = [new("layers.0.down", "linear")],
            EntryPoints =
            [
                new("decode", 1,
                [
                    new Set(new(3), SetFunction.Modulo, Operands.Register.Position, 64),
                    new Loop(new(4), Operands.Register.Tokens + 1),
                    new Load(TrafficClass.Weights, 0, new Operands.Register(4) * 64 + 128, new Box(3)) { Channel = 1, Waits = [2], Signals = [new(3, 2)] },
                    new EndLoop(),
                    new Fence(),
                ]),
            ],
        };
        var text = new StringWriter();
        Disassembler.Write(program, text);

        Assert.Equal(
            $"""
            program name=tiny context=128 sequences=1
            machine fingerprint={new string('a', 64)} dma-channels=3 arrays=2 vector-units=5 scratchpad=1048576 accumulators=4096 semaphores=32 dram=17179869184
            segment name=w kind=weights start=0 length=3 sequence-stride=0
              data AQID
            operator number=0 name=layers.0.down kind=linear
            entry name=decode maximum-tokens=1 batch=0
              set to=r3 function=modulo left=position right=64
              loop counter=r4 count=1+tokens
                load channel=1 class=weights dram=0 pad=128+r4*64 planes=1 rows=1 row-bytes=3 dram-plane-stride=0 dram-row-stride=0 pad-plane-stride=0 pad-row-stride=0 of=0 wait=2 signal=3*2
              end
              fence

            """.ReplaceLineEndings("\n"),
            text.ToString());
    }
}
