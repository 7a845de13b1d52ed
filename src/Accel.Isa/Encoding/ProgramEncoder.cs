using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Accel.Isa.Encoding;

/// <summary>
/// A program as bytes: 8 bytes of magic, the version (u32), the length of the body (u64), the body, and the SHA-256 of all before it.
/// Little-endian. The body's layout stands in the README, "Encoding".
/// </summary>
public static class ProgramEncoder
{
    /// <summary>Counts up when a field changes its meaning.</summary>
    public const uint Version = 4;

    internal const int HeaderLength = 20;

    internal const int ChecksumLength = 32;

    internal static ReadOnlySpan<byte> Magic => "ACCELISA"u8;

    /// <exception cref="Core.Diagnostics.InputException">The program contradicts itself; see <see cref="ProgramChecks"/>.</exception>
    public static byte[] Encode(CompiledProgram program)
    {
        ProgramChecks.Run(program, program.Name);
        using var stream = new MemoryStream();
        stream.Write(Magic);
        stream.Write(new byte[HeaderLength - Magic.Length]);
        WriteBody(new BinaryFieldWriter(stream), program);
        foreach (var segment in program.Segments)
        {
            stream.Write(segment.Image.Span);
        }

        var written = stream.GetBuffer().AsSpan(0, checked((int)stream.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(written[Magic.Length..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(written[(Magic.Length + 4)..], (ulong)(stream.Length - HeaderLength));
        stream.Write(SHA256.HashData(written));
        return stream.ToArray();
    }

    private static void WriteBody(BinaryFieldWriter writer, CompiledProgram program)
    {
        var machine = program.Machine;
        writer.Text(program.Name);
        writer.Text(machine.Fingerprint);
        writer.Number("dma-channels", machine.DmaChannels);
        writer.Number("arrays", machine.Arrays);
        writer.Number("vector-units", machine.VectorUnits);
        writer.Number("scratchpad", machine.ScratchpadBytes);
        writer.Number("accumulators", machine.AccumulatorWords);
        writer.Number("semaphores", machine.Semaphores);
        writer.Number("dram", machine.DramBytes);
        writer.Number("context", program.ContextLength);
        writer.Number("sequences", program.Sequences);
        writer.Unsigned((ulong)program.Segments.Count);
        foreach (var segment in program.Segments)
        {
            writer.Text(segment.Name);
            writer.Word("kind", segment.Kind);
            writer.Number("start", segment.Start);
            writer.Number("length", segment.Length);
            writer.Number("sequence-stride", segment.SequenceStride);
            writer.Number("image", segment.Image.Length);
        }

        writer.Unsigned((ulong)program.Residents.Count);
        foreach (var resident in program.Residents)
        {
            writer.Text(resident.Name);
            writer.Word("kind", resident.Kind);
            writer.Number("start", resident.Start);
            writer.Number("length", resident.Length);
            writer.Number("sequence-stride", resident.SequenceStride);
        }

        writer.Unsigned((ulong)program.Operators.Count);
        foreach (var entry in program.Operators)
        {
            writer.Text(entry.Name);
            writer.Text(entry.Kind);
        }

        writer.Unsigned((ulong)program.EntryPoints.Count);
        foreach (var entry in program.EntryPoints)
        {
            writer.Text(entry.Name);
            writer.Number("maximum-tokens", entry.MaximumTokens);
            writer.Flag("batch", entry.IsBatch);
            writer.Unsigned((ulong)entry.Instructions.Count);
            foreach (var instruction in entry.Instructions)
            {
                var fields = InstructionCatalogue.Of(instruction);
                writer.Byte(fields.Code);
                fields.Write(writer, instruction);
            }
        }
    }
}
