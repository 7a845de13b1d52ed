using System.Numerics.Tensors;
using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>
/// Two operands, element by element. Equal shapes and constants along the row take the vector path; other broadcasts are indexed.
/// </summary>
internal sealed class BinaryKernel : Kernel
{
    private readonly BinaryOperator _operator;
    private readonly ValueMemory _y;
    private readonly Side _a;
    private readonly Side _b;

    public BinaryKernel(KernelSite site)
    {
        _operator = ((Binary)site.Node.Op).Operator;
        _y = site.Results[0];
        _a = new(site.Operands[0], _y);
        _b = new(site.Operands[1], _y);
    }

    public override void Run(int first, int count, in StepShape step)
    {
        if (_a.IsWhole && _b.IsWhole)
        {
            Combine(_a.ValueMemory.Rows(first, count), _b.ValueMemory.Rows(first, count), _y.Rows(first, count));
            return;
        }

        for (var row = first; row < first + count; row++)
        {
            Combine(_a.Row(row), _b.Row(row), _y.Row(row));
        }
    }

    private void Combine(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        switch (_operator)
        {
            case BinaryOperator.Add:
                TensorPrimitives.Add(a, b, y);
                break;
            case BinaryOperator.Subtract:
                TensorPrimitives.Subtract(a, b, y);
                break;
            case BinaryOperator.Multiply:
                TensorPrimitives.Multiply(a, b, y);
                break;
            case BinaryOperator.Divide:
                TensorPrimitives.Divide(a, b, y);
                break;
            case BinaryOperator.Minimum:
                TensorPrimitives.Min(a, b, y);
                break;
            case BinaryOperator.Maximum:
                TensorPrimitives.Max(a, b, y);
                break;
            default:
                throw new IrException("binary", "operator", "a known operator", _operator.ToString());
        }
    }

    /// <summary>One operand, seen in the shape of the result.</summary>
    private sealed class Side
    {
        private readonly int[]? _map;
        private readonly float[] _spread;
        private readonly bool _isFixed;

        public Side(ValueMemory tensor, ValueMemory result)
        {
            ValueMemory = tensor;
            var (own, whole) = (tensor.Value.Type.Shape, result.Value.Type.Shape);
            _isFixed = own.Rank < whole.Rank || own.Dims[0] != whole.Dims[0];
            IsWhole = own == whole && tensor.Stored is null;
            _spread = [];
            if (own == whole)
            {
                return;
            }

            var inner = own.Rank == whole.Rank ? new Shape([.. own.Dims[1..]]) : own;
            var target = new Shape([.. whole.Dims[1..]]);
            if (inner != target)
            {
                _map = Spread(inner, target);
                _spread = new float[_map.Length];
            }
        }

        public ValueMemory ValueMemory { get; }

        /// <summary>The operand has the shape of the result and is computed memory.</summary>
        public bool IsWhole { get; }

        public ReadOnlySpan<float> Row(int row)
        {
            var source = _isFixed ? ValueMemory.All : ValueMemory.All.AsSpan(row * ValueMemory.RowElements, ValueMemory.RowElements);
            if (_map is null)
            {
                return source;
            }

            for (var i = 0; i < _map.Length; i++)
            {
                _spread[i] = source[_map[i]];
            }

            return _spread;
        }

        /// <summary>For each element of a row of the result, the element of the operand's row that it reads.</summary>
        private static int[] Spread(Shape inner, Shape target)
        {
            var map = new int[target.Elements];
            for (var i = 0; i < map.Length; i++)
            {
                var (rest, index, stride) = (i, 0, 1);
                for (var axis = 1; axis <= target.Rank; axis++)
                {
                    var extent = (int)target.Dims[^axis].Value;
                    if (axis <= inner.Rank)
                    {
                        index += inner.Dims[^axis].Value == 1 ? 0 : rest % extent * stride;
                        stride *= (int)inner.Dims[^axis].Value;
                    }

                    rest /= extent;
                }

                map[i] = index;
            }

            return map;
        }
    }
}
