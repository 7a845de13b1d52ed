using System.Buffers.Binary;
using System.Security.Cryptography;
using Accel.Core.Diagnostics;
using Accel.Isa.Commands;

namespace Accel.Isa.Encoding;

/// <summary>Reads what <see cref="ProgramEncoder"/> writes, and nothing else: every byte has one meaning and is checked.</summary>
public static class ProgramDecoder
{
    /// <param name="file">Name for messages.</param>
    /// <param name="bytes">The whole file. Images of the result refer to it.</param>
    /// <exception cref="InputException">Not a program of this version, damaged, or contradicting itself.</exception>
    public static CompiledProgram Decode(string file, ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        const int Least = ProgramEncoder.HeaderLength + ProgramEncoder.ChecksumLength;
        if (span.Length < Least || !span.StartsWith(ProgramEncoder.Magic))
        {
            throw new InputException(file, "byte 0", "a compiled program", span.Length < Least ? $"{span.Length} bytes" : "another kind of file");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(span[ProgramEncoder.Magic.Length..]);
        if (version != ProgramEncoder.Version)
        {
            throw new InputException(file, "byte 8, version", $"{ProgramEncoder.Version}", $"{version}; compile the model again");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(span[(ProgramEncoder.Magic.Length + 4)..]);
        if (length != (ulong)(span.Length - Least))
        {
            throw new InputException(file, "byte 12, length", $"{span.Length - Least} bytes, as the file has", $"{length}");
        }

        var end = span.Length - ProgramEncoder.ChecksumLength;
        if (!SHA256.HashData(span[..end]).AsSpan().SequenceEqual(span[end..]))
        {
            throw new InputException(file, $"byte {end}, checksum", "the checksum of the file", "another one; the file is damaged");
        }

        var reader = new BinaryFieldReader(file, bytes, ProgramEncoder.HeaderLength, end);
        var program = ReadBody(reader);
        if (reader.Remaining > 0)
        {
            throw reader.Fault("end", "the end", $"{reader.Remaining} more bytes");
        }

        ProgramChecks.Run(program, file);
        return program;
    }

    private static CompiledProgram ReadBody(BinaryFieldReader reader)
    {
        var name = reader.Text("name");
        var machine = new MachineShape(
            reader.Text("fingerprint"), reader.Integer("dma-channels"), reader.Integer("arrays"), reader.Integer("vector-units"),
            reader.Number("scratchpad"), reader.Number("accumulators"), reader.Integer("semaphores"), reader.Number("dram"));
        var (context, sequences) = (reader.Number("context"), reader.Integer("sequences"));
        var headers = new List<(Segment Segment, long ImageLength)>();
        for (var left = reader.Count("segments"); left > 0; left--)
        {
            headers.Add((ReadSegment(reader), reader.Number("image", 0)));
        }

        var residents = new List<Segment>();
        for (var left = reader.Count("residents"); left > 0; left--)
        {
            residents.Add(ReadSegment(reader));
        }

        var operators = new List<OperatorEntry>();
        for (var left = reader.Count("operators"); left > 0; left--)
        {
            operators.Add(new(reader.Text("operator"), reader.Text("operator kind")));
        }

        var entryPoints = new List<EntryPoint>();
        for (var left = reader.Count("entry points"); left > 0; left--)
        {
            var (entryPoint, tokens, isBatch) = (reader.Text("entry point"), reader.Integer("maximum-tokens"), reader.Flag("batch"));
            entryPoints.Add(new(entryPoint, tokens, ReadInstructions(reader)) { IsBatch = isBatch });
        }

        return new()
        {
            Name = name,
            Machine = machine,
            ContextLength = context,
            Sequences = sequences,
            Segments = [.. headers.Select(pair => pair.Segment with { Image = reader.Bytes($"image of {pair.Segment.Name}", pair.ImageLength) })],
            Residents = residents,
            Operators = operators,
            EntryPoints = entryPoints,
        };
    }

    private static Segment ReadSegment(BinaryFieldReader reader) =>
        new(reader.Text("segment"), reader.Word<SegmentKind>("kind"), reader.Number("start"), reader.Number("length"))
        {
            SequenceStride = reader.Number("sequence-stride"),
        };

    private static List<Instruction> ReadInstructions(BinaryFieldReader reader)
    {
        var instructions = new List<Instruction>();
        for (var left = reader.Count("instructions"); left > 0; left--)
        {
            var code = reader.Byte("instruction");
            var fields = InstructionCatalogue.WithCode(code) ?? throw reader.Fault("instruction", "a known code", $"{code}");
            instructions.Add(fields.Read(reader));
        }

        return instructions;
    }
}
