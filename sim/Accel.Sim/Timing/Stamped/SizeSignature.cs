using System.Numerics;
using System.Runtime.InteropServices;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Sim.Timing.Stamped;

/// <summary>
/// All that decides how much a command does, and so how long it takes, as numbers: kind, types, strides, and the counts of planes, rows and
/// columns. Commands of one signature come to the same for the same registers, wherever their operands are.
/// </summary>
internal sealed class SizeSignature
{
    private readonly List<long> _numbers = [];
    private uint _registers;

    /// <summary>The signature that was last written.</summary>
    public ReadOnlySpan<long> Numbers => CollectionsMarshal.AsSpan(_numbers);

    /// <summary>The register in its counts, <see cref="CommandSizes.NoRegister"/> or <see cref="CommandSizes.SeveralRegisters"/>.</summary>
    public int Register => _registers == 0 ? CommandSizes.NoRegister : BitOperations.IsPow2(_registers) ? BitOperations.Log2(_registers) : CommandSizes.SeveralRegisters;

    /// <summary>Writes the signature of a command.</summary>
    /// <returns>Whether it has one; if not, its sizes are its own and may depend on any register.</returns>
    public bool TryWrite(Command command)
    {
        _numbers.Clear();
        _registers = 0;
        switch (command)
        {
            case Load c:
                return Kind(0) && Box(c.Box);
            case Store c:
                return Kind(1) && Box(c.Box);
            case Gather c:
                return Kind(2) && Number(c.Entries) && Number(c.RowBytes) && Number(c.DramStride) && View(c.Indices);
            case MatMul c:
                return Kind(3) && View(c.Activations) && Count(c.Outputs) && Number(c.AccumulatorStride) && Number((long)c.Weights.Format)
                    && Number(c.Mantissas?.GroupSize ?? -1) && Number(c.Fold) && Number((long)c.Dataflow);
            case Drain c:
                return Kind(4) && View(c.Destination) && Number(c.AccumulatorStride);
            case Elementwise c:
                return Kind(5) && View(c.Destination) && View(c.Left.View) && View(c.Right.View) && View(c.Addend.View) && View(c.ShiftBy.View);
            case Apply c:
                return Kind(6) && View(c.Source) && View(c.Destination);
            case Lookup c:
                return Kind(7) && View(c.Source) && View(c.Destination);
            case Mask c:
                return Kind(8) && View(c.Target);
            case Dequantize c:
                return Kind(9) && View(c.Destination) && Number((long)c.Codes.Format) && Number(c.Mantissas?.GroupSize ?? -1);
            case Rotate c:
                return Kind(10) && View(c.Source) && View(c.Destination) && View(c.Cosines) && View(c.Sines);
            case Reduce c:
                return Kind(11) && View(c.Source) && View(c.Destination);
            case QuantizeRows c:
                return Kind(12) && View(c.Source) && View(c.Codes) && View(c.Scale) && Number(c.Norm is null ? 0 : 1) && View(c.Norm?.Weight);
            case NormalizeRows c:
                return Kind(13) && View(c.Source) && View(c.Destination) && View(c.Norm.Weight);
            default:
                _registers = uint.MaxValue;
                return false;
        }
    }

    private bool Kind(long kind) => Number(kind);

    private bool Number(long number)
    {
        _numbers.Add(number);
        return true;
    }

    private bool Count(Expression count)
    {
        Number(count.Constant);
        Number(count.TermCount);
        for (var i = 0; i < count.TermCount; i++)
        {
            _registers |= 1u << count[i].Register.Index;
            Number(count[i].Register.Index);
            Number(count[i].Coefficient);
        }

        return true;
    }

    private bool Box(Box box) =>
        Count(box.RowBytes) && Count(box.Rows) && Count(box.Planes) && Number(box.DramRowStride) && Number(box.DramPlaneStride)
        && Number(box.ScratchpadRowStride) && Number(box.ScratchpadPlaneStride);

    private bool View(View? view) => view is null
        ? Number(-1)
        : Number((long)view.Type) && Count(view.Planes) && Count(view.Rows) && Count(view.Columns)
            && Number(view.PlaneStride) && Number(view.RowStride) && Number(view.ColumnStride);
}
