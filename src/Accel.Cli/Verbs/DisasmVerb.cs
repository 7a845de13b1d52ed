using System.CommandLine;
using Accel.Core.Diagnostics;
using Accel.Isa.Encoding;

namespace Accel.Cli.Verbs;

/// <summary><c>accel disasm</c>: a program as text, or a text back to a program.</summary>
internal static class DisasmVerb
{
    private const long LargestProgram = 1L << 31;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "a program that `accel compile -o` wrote, or with --assemble a listing" };
        var images = new Option<bool>("--images") { Description = "print the constants too, so that the text can be assembled again" };
        var assemble = new Option<FileInfo?>("--assemble") { Description = "read FILE as a listing and write the program here" };
        var command = new Command("disasm", "print a program as text, or assemble a text") { file, images, assemble };
        command.SetAction(parsed =>
        {
            var source = parsed.GetValue(file)!;
            if (!source.Exists)
            {
                throw new InputException(source.ToString(), "", "a program", Directory.Exists(source.FullName) ? "a folder" : "no such file");
            }

            if (source.Length > LargestProgram - 1)
            {
                throw new InputException(source.ToString(), "", $"at most {LargestProgram - 1} bytes", $"{source.Length}");
            }

            if (parsed.GetValue(assemble) is { } target)
            {
                using var reader = new StreamReader(source.FullName);
                var program = Assembler.Read(source.ToString(), reader);
                OutputFile.Write(target.ToString(), stream => stream.Write(ProgramEncoder.Encode(program)));
                return ExitCode.Done;
            }

            Disassembler.Write(ProgramDecoder.Decode(source.ToString(), File.ReadAllBytes(source.FullName)), terminal.Output, parsed.GetValue(images));
            return ExitCode.Done;
        });
        return command;
    }
}
