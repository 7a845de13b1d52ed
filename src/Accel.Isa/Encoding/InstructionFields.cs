using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>An instruction's place in the encoding: its number, its word, and its fields in order.</summary>
internal sealed record InstructionFields(
    byte Code, string Mnemonic, Type Type, Action<FieldWriter, Instruction> Write, Func<FieldReader, Instruction> Read)
{
    /// <summary>An instruction of the sequencer.</summary>
    public static InstructionFields Of<T>(byte code, string mnemonic, Action<FieldWriter, T> write, Func<FieldReader, T> read)
        where T : Instruction => new(code, mnemonic, typeof(T), (writer, instruction) => write(writer, (T)instruction), read);

    /// <summary>A command: operator, waits and signals close its fields.</summary>
    public static InstructionFields OfCommand<T>(byte code, string mnemonic, Action<FieldWriter, T> write, Func<FieldReader, T> read)
        where T : Command => new(
            code, mnemonic, typeof(T),
            (writer, instruction) =>
            {
                var command = (T)instruction;
                write(writer, command);
                writer.Number("of", command.Operator);
                writer.Semaphores("wait", command.Waits);
                writer.Semaphores("signal", command.Signals);
            },
            reader =>
            {
                var command = read(reader);
                return command with
                {
                    Operator = reader.Integer("of", 0),
                    Waits = reader.Semaphores("wait"),
                    Signals = reader.Semaphores("signal"),
                };
            });
}
