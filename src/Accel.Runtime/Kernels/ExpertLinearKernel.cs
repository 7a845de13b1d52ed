using System.Numerics.Tensors;
using Accel.Core.Formats;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;
using Accel.Runtime.Kernels.Matrices;

namespace Accel.Runtime.Kernels;

/// <summary>
/// A linear layer whose matrix is chosen per row. Rows of one expert are brought together, so that a step reads each expert it
/// touches once, in its stored format, and no other. Threads share the output rows.
/// </summary>
internal sealed class ExpertLinearKernel : Kernel, IParallelWork
{
    private readonly ValueMemory _x;
    private readonly ValueMemory _chosen;
    private readonly ValueMemory _y;
    private readonly float[]? _bias;
    private readonly WorkerPool _workers;
    private readonly StoredMatrix[] _experts;
    private readonly int _input;
    private readonly int _output;
    private readonly int _perToken;
    private readonly bool _isShared;

    /// <summary>Where the rows of each expert start in the gathered order, <c>[E + 1]</c>.</summary>
    private readonly int[] _starts;

    /// <summary>For each gathered row the row of the result, <c>[T k]</c>.</summary>
    private readonly int[] _order;
    private readonly float[] _gathered;
    private readonly float[] _products;

    public ExpertLinearKernel(KernelSite site)
    {
        (_x, _chosen, _y, _workers) = (site.Operands[0], site.Operands[1], site.Results[0], site.Workers);
        var (x, weight) = (site.Node.Operands[0].Type, site.Node.Operands[2]);
        var extents = weight.Type.Shape.Dims.Select(dim => dim.Value).ToArray();
        (_output, _input) = (checked((int)extents[1]), checked((int)extents[2]));
        var stored = site.Operands[2].Stored ?? StoredTensor.FromFloats(weight.Name, extents, site.Operands[2].Constant);
        _experts = [.. Enumerable.Range(0, checked((int)extents[0])).Select(e => StoredMatrix.Create(stored.SliceRows((long)e * _output, _output, weight.Name)))];
        _bias = ((ExpertLinear)site.Node.Op).Bias ? site.Operands[3].Constant : null;
        _perToken = (int)site.Node.Operands[1].Type.Shape.Last.Value;
        _isShared = x.Rank == 2;
        _starts = new int[_experts.Length + 1];
        _order = new int[_y.Floats.Length / _output];
        _gathered = new float[checked(_order.Length * _input)];
        _products = new float[checked(_order.Length * _output)];
    }

    public override void Run(int first, int count, in StepShape step)
    {
        Gather(first * _perToken, count * _perToken);
        _workers.For(this, _output, (long)count * _perToken * _input, StoredMatrix.RowGrain);
        for (var at = 0; at < count * _perToken; at++)
        {
            var y = _y.Floats.AsSpan(_order[at] * _output, _output);
            var product = _products.AsSpan(at * _output, _output);
            if (_bias is null)
            {
                product.CopyTo(y);
            }
            else
            {
                TensorPrimitives.Add(product, _bias.AsSpan(_chosen.Ints[_order[at]] * _output, _output), y);
            }
        }
    }

    public void Execute(int start, int end)
    {
        for (var expert = 0; expert < _experts.Length; expert++)
        {
            var (from, count) = (_starts[expert], _starts[expert + 1] - _starts[expert]);
            if (count == 0)
            {
                continue;
            }

            var x = _gathered.AsSpan(from * _input, count * _input);
            var products = _products.AsSpan(from * _output, count * _output);
            if (count == 1)
            {
                _experts[expert].MultiplyVector(x, products, start, end);
            }
            else
            {
                _experts[expert].MultiplyMatrix(x, products, count, start, end);
            }
        }
    }

    /// <summary>Orders the rows by expert, earlier rows first (a counting sort), and copies their inputs into that order.</summary>
    private void Gather(int firstRow, int rows)
    {
        Array.Clear(_starts);
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            var expert = _chosen.Ints[row];
            if ((uint)expert >= (uint)_experts.Length)
            {
                throw new IrException("expert_linear", "expert", $"an index below {_experts.Length}", $"{expert}");
            }

            _starts[expert + 1]++;
        }

        for (var expert = 0; expert < _experts.Length; expert++)
        {
            _starts[expert + 1] += _starts[expert];
        }

        for (var row = firstRow; row < firstRow + rows; row++)
        {
            var at = _starts[_chosen.Ints[row]]++;
            _order[at] = row;
            _x.All.AsSpan((_isShared ? row / _perToken : row) * _input, _input).CopyTo(_gathered.AsSpan(at * _input));
        }

        // Each start has moved to the start of the next expert.
        _starts.AsSpan(0, _experts.Length).CopyTo(_starts.AsSpan(1));
        _starts[0] = 0;
    }
}
