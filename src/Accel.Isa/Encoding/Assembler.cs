using System.Text;
using Accel.Core.Diagnostics;
using Accel.Isa.Commands;

namespace Accel.Isa.Encoding;

/// <summary>Reads the text that <see cref="Disassembler"/> writes. Blank lines and whatever follows <c>;</c> are skipped.</summary>
public static class Assembler
{
    /// <param name="file">Name for messages.</param>
    /// <param name="input">The text.</param>
    /// <exception cref="InputException">Names the first line that cannot be read, or what the program contradicts.</exception>
    public static CompiledProgram Read(string file, TextReader input)
    {
        var draft = new Draft(file);
        var number = 0;
        while (input.ReadLine() is { } line)
        {
            number++;
            var comment = line.IndexOf(';');
            var words = (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                draft.Line(number, words);
            }
        }

        var program = draft.Finish();
        ProgramChecks.Run(program, file);
        return program;
    }

    /// <summary>A program while its lines are read.</summary>
    private sealed class Draft(string file)
    {
        private readonly List<Segment> _segments = [];
        private readonly List<MemoryStream> _images = [];
        private readonly List<Segment> _residents = [];
        private readonly List<OperatorEntry> _operators = [];
        private readonly List<(string Name, int MaximumTokens, bool IsBatch, List<Instruction> Instructions)> _entryPoints = [];
        private (string Name, long Context, int Sequences)? _program;
        private MachineShape? _machine;

        public void Line(int number, string[] words)
        {
            if (words[0] == "data")
            {
                Data(number, words);
                return;
            }

            var reader = new TextFieldReader(file, number, words.AsSpan(1));
            switch (words[0])
            {
                case "program" when _program is null:
                    _program = (Name(reader, "name"), reader.Number("context"), reader.Integer("sequences"));
                    break;
                case "machine" when _machine is null:
                    _machine = new(
                        Name(reader, "fingerprint"), reader.Integer("dma-channels"), reader.Integer("arrays"), reader.Integer("vector-units"),
                        reader.Number("scratchpad"), reader.Number("accumulators"), reader.Integer("semaphores"), reader.Number("dram"));
                    break;
                case "segment":
                    _segments.Add(Segment(reader));
                    _images.Add(new());
                    break;
                case "resident":
                    _residents.Add(Segment(reader));
                    break;
                case "operator":
                    reader.Integer("number", _operators.Count, _operators.Count);
                    _operators.Add(new(Name(reader, "name"), Name(reader, "kind")));
                    break;
                case "entry":
                    _entryPoints.Add((Name(reader, "name"), reader.Integer("maximum-tokens"), reader.Flag("batch"), []));
                    break;
                case var mnemonic when _entryPoints.Count > 0 && InstructionCatalogue.WithMnemonic(mnemonic) is { } fields:
                    _entryPoints[^1].Instructions.Add(fields.Read(reader));
                    break;
                case var other:
                    var hint = Suggestion.Phrase(other, InstructionCatalogue.All.Select(entry => entry.Mnemonic));
                    throw new InputException($"{file}:{number}", "", $"an instruction within an entry point, or one heading{hint}", $"'{other}'");
            }

            reader.Close();
        }

        public CompiledProgram Finish()
        {
            var (name, context, sequences) = _program ?? throw new InputException(file, "", "a line 'program'", "none");
            return new()
            {
                Name = name,
                ContextLength = context,
                Sequences = sequences,
                Machine = _machine ?? throw new InputException(file, "", "a line 'machine'", "none"),
                Segments = [.. _segments.Zip(_images, (segment, image) => segment with { Image = image.ToArray() })],
                Residents = _residents,
                Operators = _operators,
                EntryPoints = [.. _entryPoints.Select(entry => new EntryPoint(entry.Name, entry.MaximumTokens, entry.Instructions) { IsBatch = entry.IsBatch })],
            };
        }

        private void Data(int number, string[] words)
        {
            var bytes = new byte[256];
            if (_images.Count == 0 || words.Length != 2 || !Convert.TryFromBase64String(words[1], bytes, out var written))
            {
                throw new InputException($"{file}:{number}", "data", "up to 256 bytes in base 64, behind a segment", words.Length > 1 ? $"'{words[1]}'" : "nothing");
            }

            _images[^1].Write(bytes, 0, written);
        }

        private static Segment Segment(TextFieldReader reader) =>
            new(Name(reader, "name"), reader.Word<SegmentKind>("kind"), reader.Number("start"), reader.Number("length"))
            {
                SequenceStride = reader.Number("sequence-stride"),
            };

        private static string Name(TextFieldReader reader, string field)
        {
            var text = reader.Raw(field);
            var bytes = new List<byte>();
            for (var i = 0; i < text.Length && text != "%"; i++)
            {
                if (text[i] != '%')
                {
                    bytes.Add(text[i] < 128 ? (byte)text[i] : throw reader.Fault(field, "ASCII, with %hh for the rest", $"'{text}'"));
                    continue;
                }

                if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
                {
                    throw reader.Fault(field, "two hex digits behind %", $"'{text}'");
                }

                bytes.Add(value);
                i += 2;
            }

            try
            {
                return new UTF8Encoding(false, true).GetString([.. bytes]);
            }
            catch (DecoderFallbackException)
            {
                throw reader.Fault(field, "UTF-8 text", $"'{text}'");
            }
        }
    }
}
