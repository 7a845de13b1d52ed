using System.Diagnostics;
using Accel.Isa.Commands;
using Accel.Sim.Blocks.Vectors;
using Accel.Sim.Kernel;

namespace Accel.Sim.Blocks;

/// <summary>A vector unit: hands each command to the part that executes it.</summary>
internal sealed class VectorUnit(MachineMemory memory)
{
    private readonly LaneUnit _lanes = new(memory);
    private readonly RowUnit _rows = new(memory);
    private readonly SequenceUnit _sequences = new(memory);

    public void Execute(VectorCommand command, ReadOnlySpan<long> registers)
    {
        switch (command)
        {
            case Elementwise elementwise:
                _lanes.Execute(elementwise, registers);
                break;
            case Apply apply:
                _lanes.Execute(apply, registers);
                break;
            case Lookup lookup:
                _lanes.Execute(lookup, registers);
                break;
            case Mask mask:
                _lanes.Execute(mask, registers);
                break;
            case Reduce reduce:
                _rows.Execute(reduce, registers);
                break;
            case QuantizeRows quantize:
                _rows.Execute(quantize, registers);
                break;
            case NormalizeRows normalize:
                _rows.Execute(normalize, registers);
                break;
            case Dequantize dequantize:
                _rows.Execute(dequantize, registers);
                break;
            case Rotate rotate:
                _sequences.Execute(rotate, registers);
                break;
            case Convolve convolve:
                _sequences.Execute(convolve, registers);
                break;
            case Scan scan:
                _sequences.Execute(scan, registers);
                break;
            default:
                throw new UnreachableException($"no block executes {command.Mnemonic}");
        }
    }
}
