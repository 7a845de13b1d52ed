using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Dram.Streams;

namespace Accel.Dram.Text;

/// <summary>
/// Reads a transfer: <c>read</c> or <c>write</c>, <c>base=ADDRESS</c>, <c>bytes=N</c>, then loops around it from the slowest,
/// <c>loop=COUNT:STRIDE</c>, the first cycle <c>start=N</c> and the requester <c>port=N</c>.
/// </summary>
public static class StreamParser
{
    private static readonly string[] _names = ["read", "write", "base", "bytes", "loop", "start", "port"];

    /// <exception cref="InputException">An unknown or missing field. Ranges are checked when the transfer is added.</exception>
    public static (DmaDescriptor Descriptor, Cycles Start, int Port) Parse(string text)
    {
        var fields = new FieldList("--stream", text);
        var (isWrite, address, start, port) = (false, 0L, 0L, 0);
        long? bytes = null;
        var loops = new List<DmaLoop>();
        foreach (var (name, value) in fields.Fields)
        {
            switch (name)
            {
                case "read" or "write" when value.Length == 0:
                    isWrite = name == "write";
                    break;
                case "base":
                    address = fields.Bytes(name, value);
                    break;
                case "bytes":
                    bytes = fields.Bytes(name, value);
                    break;
                case "loop":
                    loops.Add(value.Split(':') is [var count, var stride]
                        ? new DmaLoop(fields.Bytes(name, count), fields.Bytes(name, stride))
                        : throw fields.Fault(name, "COUNT:STRIDE", $"'{value}'"));
                    break;
                case "start":
                    start = fields.Bytes(name, value);
                    break;
                case "port":
                    port = fields.Count(name, value);
                    break;
                default:
                    throw fields.Unknown(name, _names);
            }
        }

        return (new DmaDescriptor(address, bytes ?? throw fields.Fault("bytes", "bytes=N", "no such field"), isWrite, loops), new Cycles(start), port);
    }
}
