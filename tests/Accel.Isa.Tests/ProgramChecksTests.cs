using Accel.Core.Diagnostics;
using Accel.Isa.Commands;
using Accel.Isa.Encoding;
using Accel.Isa.Operands;

namespace Accel.Isa.Tests;

public sealed class ProgramChecksTests
{
    private static readonly CompiledProgram _good = RandomPrograms.Make(3) with
    {
        Name = "p", Residents = [], EntryPoints = [new("decode", 1, [new Fence()])], Operators = [new("a", "b")],
    };

    public static TheoryData<string, string> Contradictions => new()
    {
        { "loop counter=r3 count=1", "decode: expected an end for every loop, found 1 open at the end" },
        { "end", "decode[0] end: expected an open loop, found none" },
        { "loop counter=position count=1\nend", "decode[0] loop: expected a counter that is neither the host's nor an open loop's, found position" },
        { "loop counter=r3 count=1\nloop counter=r3 count=1\nend\nend", "decode[1] loop: expected a counter that is neither the host's nor an open loop's, found r3" },
        { "loop counter=r3 count=1\nset to=r3 function=add left=0 right=0\nend", "decode[1] set: expected a register that is neither the host's nor an open loop's counter, found r3" },
        { "sync on=dma3 of=0", "decode[0] sync: expected one of 3 units, found dma3" },
        { "sync on=array2 of=0", "decode[0] sync: expected one of 2 units, found array2" },
        { "sync on=dma0 of=1", "decode[0] sync: expected one of 1 operators, found 1" },
        { "sync on=dma0 of=0 wait=32", "decode[0] sync: expected one of 32 semaphores, found 32" },
        { "sync on=dma0 of=0 signal=3,3", "decode[0] sync: expected each semaphore once, with a count, found 3 twice" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Contradictions_of_an_entry_point_are_named(string body, string message) =>
        Assert.Equal("p.asm: " + message, Assert.Throws<InputException>(() => Assembler.Read("p.asm", new StringReader(Listing(body)))).Message);

    public static TheoryData<string, string> BadLines => new()
    {
        { "laod channel=0", "p.asm:8: expected an instruction within an entry point, or one heading; did you mean 'load'?, found 'laod'" },
        { "sync on=dma0 of=0 wiat=1", "p.asm:8: wiat: expected a field of this instruction; did you mean 'wait'?, found 'wiat'" },
        { "sync on=dma0", "p.asm:8: of: expected this field, found nothing" },
        { "sync on=dma of=0", "p.asm:8: on: expected a unit such as dma0, array0 or vector0, found 'dma'" },
        { "sync on=dma0 on=dma0 of=0", "p.asm:8: on: expected each field once, found it again" },
        { "set to=r3 function=mod left=1 right=2", "p.asm:8: function: expected one of add, multiply, minimum, maximum, floor-divide, ceiling-divide, modulo, position-of, found 'mod'" },
        { "set to=r3+1 function=add left=1 right=2", "p.asm:8: to: expected a register, found 1+r3" },
        { "loop counter=r3 count=r32", "p.asm:8: count: expected a sum of a constant and up to 3 registers, such as 4096+position*128, found 'r32'" },
        { "loop counter=r3 count=r4+r5+r6+r7", "p.asm:8: count: expected a sum of a constant and up to 3 registers, such as 4096+position*128, found 'r4+r5+r6+r7'" },
        { "reduce vector=0 function=sum from=i32@0[1:0,1:0] to=i32@0[1:0,1:0,1:4] accumulate=0 of=0", "p.asm:8: from: expected a view such as i32@4096[1:0,tokens:512,128:4], found 'i32@0[1:0,1:0]'" },
        { "reduce vector=0 function=sum from=i32@0[1:0,1:0,1:4] to=i32@0[1:0,1:0,1:4] accumulate=2 of=0", "p.asm:8: accumulate: expected a number from 0 to 1, found 2" },
    };

    [Theory]
    [MemberData(nameof(BadLines))]
    public void Lines_that_cannot_be_read_are_named(string body, string message) =>
        Assert.Equal(message, Assert.Throws<InputException>(() => Assembler.Read("p.asm", new StringReader(Listing(body)))).Message);

    [Fact]
    public void Memory_map_must_not_overlap_or_leave_the_memory()
    {
        Refuses(_good with { Segments = [new("a", SegmentKind.State, 0, 10), new("b", SegmentKind.State, 9, 10)] }, "segment 'b'");
        Refuses(_good with { Segments = [new("a", SegmentKind.State, (1L << 34) - 5, 6)] }, "segment 'a'");
        Refuses(_good with { Segments = [new("a", SegmentKind.State, long.MaxValue - 1, long.MaxValue)] }, "segment 'a'");
        Refuses(_good with { Segments = [new("a", SegmentKind.State, 0, 0)] }, "segment 'a'");
        Refuses(_good with { Segments = [new("a", SegmentKind.State, 0, 10) { Image = new byte[1] }] }, "segment 'a'");
        Refuses(_good with { Segments = [new("a", SegmentKind.Weights, 0, 10) { Image = new byte[11] }] }, "segment 'a'");
        Refuses(_good with { Segments = [new("a", SegmentKind.Cache, 0, 10) { SequenceStride = 6 }] }, "segment 'a'");
        Refuses(_good with { Residents = [new("a", SegmentKind.State, 64, 10), new("b", SegmentKind.State, 60, 2)] }, "resident 'b'");
        Refuses(_good with { Residents = [new("a", SegmentKind.State, (1 << 20) - 5, 6)] }, "resident 'a'");
        Refuses(_good with { Residents = [new("a", SegmentKind.Cache, 0, 10) { SequenceStride = 6 }] }, "resident 'a'");
        Refuses(_good with { Residents = [new("a", SegmentKind.Weights, 0, 10)] }, "resident 'a'");
        Refuses(_good with { Residents = [new("weights", SegmentKind.State, 0, 10)] }, "segments");
        Refuses(_good with { EntryPoints = [] }, "entry points");
        Refuses(_good with { EntryPoints = [.. _good.EntryPoints, .. _good.EntryPoints] }, "entry points");
        Refuses(_good with { Machine = _good.Machine with { Arrays = 0 } }, "arrays");
        Refuses(_good with { Machine = _good.Machine with { Fingerprint = "A" } }, "fingerprint");
        ProgramChecks.Run(_good, "p");
    }

    private static void Refuses(CompiledProgram program, string place) =>
        Assert.Equal(place, Assert.Throws<InputException>(() => ProgramChecks.Run(program, "p")).Faults[0].Place);

    /// <summary>A program whose entry point starts in line 8.</summary>
    private static string Listing(string body)
    {
        var text = new StringWriter();
        Disassembler.Write(_good with { Segments = _good.Segments.Take(3).ToList() }, text, withImages: false);
        return text.ToString().Replace("  fence\n", body + "\n");
    }
}
