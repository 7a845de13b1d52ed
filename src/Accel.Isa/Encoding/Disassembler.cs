using System.Globalization;
using System.Text;
using Accel.Isa.Commands;

namespace Accel.Isa.Encoding;

/// <summary>A program as text, one instruction a line, loops indented; <see cref="Assembler"/> reads it back to the same program.</summary>
public static class Disassembler
{
    private const int BytesPerLine = 48;

    /// <param name="program">What is written.</param>
    /// <param name="output">Lines end in LF.</param>
    /// <param name="withImages">
    /// Whether the contents of segments follow, in base 64. Without them the text reads back as a timing-only program.
    /// </param>
    public static void Write(CompiledProgram program, TextWriter output, bool withImages = true)
    {
        var machine = program.Machine;
        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            program name={Quote(program.Name)} context={program.ContextLength} sequences={program.Sequences}
            machine fingerprint={machine.Fingerprint} dma-channels={machine.DmaChannels} arrays={machine.Arrays} vector-units={machine.VectorUnits} scratchpad={machine.ScratchpadBytes} accumulators={machine.AccumulatorWords} semaphores={machine.Semaphores} dram={machine.DramBytes}

            """));
        foreach (var segment in program.Segments)
        {
            WriteSegment("segment", segment, output);
            if (withImages)
            {
                WriteImage(segment.Image.Span, output);
            }
        }

        foreach (var resident in program.Residents)
        {
            WriteSegment("resident", resident, output);
        }

        for (var i = 0; i < program.Operators.Count; i++)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture, $"operator number={i} name={Quote(program.Operators[i].Name)} kind={Quote(program.Operators[i].Kind)}\n"));
        }

        foreach (var entry in program.EntryPoints)
        {
            output.Write(string.Create(CultureInfo.InvariantCulture, $"entry name={Quote(entry.Name)} maximum-tokens={entry.MaximumTokens} batch={(entry.IsBatch ? 1 : 0)}\n"));
            WriteInstructions(entry, output);
        }
    }

    /// <summary>The text of one instruction, without indentation.</summary>
    public static string Print(Instruction instruction)
    {
        var line = new StringBuilder(instruction.Mnemonic);
        InstructionCatalogue.Of(instruction).Write(new TextFieldWriter(line), instruction);
        return line.ToString();
    }

    private static void WriteSegment(string heading, Segment segment, TextWriter output) => output.Write(string.Create(
        CultureInfo.InvariantCulture,
        $"{heading} name={Quote(segment.Name)} kind={Words<SegmentKind>.Of(segment.Kind)} start={segment.Start} length={segment.Length} sequence-stride={segment.SequenceStride}\n"));

    private static void WriteInstructions(EntryPoint entry, TextWriter output)
    {
        var depth = 1;
        foreach (var instruction in entry.Instructions)
        {
            depth -= instruction is EndLoop ? 1 : 0;
            for (var i = 0; i < depth; i++)
            {
                output.Write("  ");
            }

            output.Write(Print(instruction));
            output.Write('\n');
            depth += instruction is Loop ? 1 : 0;
        }
    }

    private static void WriteImage(ReadOnlySpan<byte> image, TextWriter output)
    {
        while (!image.IsEmpty)
        {
            var length = Math.Min(BytesPerLine, image.Length);
            output.Write("  data ");
            output.Write(Convert.ToBase64String(image[..length]));
            output.Write('\n');
            image = image[length..];
        }
    }

    /// <summary>A name as one word: letters, digits and <c>_ . - / :</c> stand as they are, other UTF-8 bytes as <c>%hh</c>; empty is <c>%</c>.</summary>
    internal static string Quote(string name)
    {
        if (name.Length == 0)
        {
            return "%";
        }

        var text = new StringBuilder();
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "_.-/:".Contains((char)b))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
            }
        }

        return text.ToString();
    }
}
