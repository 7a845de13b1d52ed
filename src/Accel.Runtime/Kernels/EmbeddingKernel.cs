using Accel.Graph;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Decodes one stored row per token.</summary>
internal sealed class EmbeddingKernel(KernelSite site) : Kernel
{
    private readonly ValueMemory _ids = site.Operands[0];
    private readonly ValueMemory _table = site.Operands[1];
    private readonly ValueMemory _y = site.Results[0];

    public override void Run(int first, int count, in StepShape step)
    {
        var stored = _table.Stored;
        for (var row = first; row < first + count; row++)
        {
            var id = _ids.Ints[row];
            if (stored is not null)
            {
                stored.DecodeRow(id, _y.Row(row));
            }
            else
            {
                _table.Constant.AsSpan(id * _y.RowElements, _y.RowElements).CopyTo(_y.Row(row));
            }
        }
    }
}
