using System.Numerics;
using Accel.Compiler.Quantization.Calibration;
using Accel.Compiler.Quantization.Weights;
using Accel.Core.Diagnostics;
using Accel.Graph;
using Accel.Graph.Ops;

namespace Accel.Compiler.Quantization.Lowering;

/// <summary>What lowering knows and has made so far: values, states, matrices, ops.</summary>
internal sealed class LoweringContext
{
    /// <summary>The range of a value that calibration did not see: shape-only models.</summary>
    private const double DefaultRange = 16;

    private const int GreatestFraction = 28;

    private readonly WeightSet? _weights;
    private readonly CalibrationProfile _calibration;
    private readonly Dictionary<Value, LaneValue> _lanes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Value, List<Node>> _users = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, WeightMatrix> _matrices = new(StringComparer.Ordinal);

    public LoweringContext(ModelGraph graph, WeightSet? weights, CalibrationProfile calibration, QuantizationOptions options)
    {
        (Graph, _weights, _calibration, Options) = (graph, weights, calibration, options);
        foreach (var node in graph.Nodes)
        {
            foreach (var operand in node.Operands)
            {
                if (!_users.TryGetValue(operand, out var users))
                {
                    _users.Add(operand, users = []);
                }

                users.Add(node);
            }
        }
    }

    public ModelGraph Graph { get; }

    public QuantizationOptions Options { get; }

    public List<QuantizedValue> Values { get; } = [];

    public List<QuantizedState> States { get; } = [];

    public List<QuantizedOp> Ops { get; } = [];

    public IReadOnlyCollection<WeightMatrix> Matrices => _matrices.Values;

    public bool HasWeights => _weights is not null;

    /// <summary>Norms that wait for the matrices behind them, by the norm's result.</summary>
    public Dictionary<Value, Node> PendingNorms { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Codes made so far, by the float value that they stand for.</summary>
    public Dictionary<Value, CodeValue> Codes { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Nodes that another node's lowering has taken in.</summary>
    public HashSet<Node> Absorbed { get; } = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<Node> UsersOf(Value value) => _users.GetValueOrDefault(value) ?? [];

    /// <summary>The lanes of a float value.</summary>
    public LaneValue this[Value value] => _lanes.TryGetValue(value, out var lanes) ? lanes : throw Unsupported(value, "a value computed from tokens");

    public void Alias(Value value, LaneValue lanes) => _lanes.Add(value, lanes);

    /// <summary>Defines the lanes of a float value in a given format.</summary>
    public LaneValue Define(Value value, FixedFormat format)
    {
        var lanes = new LaneValue(Values.Count, value.Name, WidthOf(value), format);
        Values.Add(lanes);
        _lanes.Add(value, lanes);
        return lanes;
    }

    /// <summary>Bits of the codes of a matrix input.</summary>
    public int CodeBitsOf(string value) =>
        Options.WideInputs.Any(end => value.EndsWith(end, StringComparison.Ordinal)) ? 16 : Options.ActivationBits;

    /// <summary>Defines the codes of a matrix input.</summary>
    /// <param name="value">The name of the value that is coded.</param>
    public CodeValue DefineCodes(string value, int width, int scaleFraction)
    {
        var codes = new CodeValue(Values.Count, $"{value}.codes", width, CodeBitsOf(value), scaleFraction);
        Values.Add(codes);
        return codes;
    }

    public T AddState<T>(T state)
        where T : QuantizedState
    {
        States.Add(state);
        return state;
    }

    /// <summary>The calibrated greatest magnitude of a value, through reshapes.</summary>
    public double RangeOf(Value value) =>
        Math.Max(_calibration.Find(CalibrationCollector.Source(value).Name)?.AbsoluteMaximum ?? DefaultRange, 1e-9);

    /// <summary>Second moments of a matrix input, or null.</summary>
    public double[]? GramOf(Value value) => _calibration.Find(CalibrationCollector.Source(value).Name)?.Gram;

    /// <summary>A format for values up to a range, with headroom.</summary>
    public FixedFormat FormatFor(double range, int bits)
    {
        var headroom = Options.HeadroomBits + (bits == 32 ? 2 : 0);
        return new(bits, Math.Min(GreatestFraction, bits - 1 - headroom - (int)Math.Ceiling(Math.Log2(range))));
    }

    public FixedFormat FormatOf(Value value, int bits) => FormatFor(RangeOf(value), bits);

    /// <summary>Elements per token.</summary>
    public static int WidthOf(Value value) => checked((int)new Shape([.. value.Type.Shape.Dims[1..]]).Elements);

    /// <summary>Whether a value is the same at each step.</summary>
    public static bool IsConstant(Value value) =>
        value.Kind == ValueKind.Parameter || (value.Producer is { Operands.Count: > 0 } node && node.Operands.All(IsConstant));

    /// <summary>The numbers of a constant value; null in a shape-only model.</summary>
    public double[]? ConstantOf(Value value)
    {
        if (value.Kind == ValueKind.Parameter)
        {
            return _weights is null ? null : Array.ConvertAll(_weights[value].ToFloats(), x => (double)x);
        }

        var node = value.Producer!;
        var operand = ConstantOf(node.Operands[0]);
        return (node.Op, node.Operands.Count) switch
        {
            (Reshape, _) => operand,
            (Unary { Function: UnaryFunction.Negate }, _) => operand is null ? null : Array.ConvertAll(operand, x => -x),
            (Unary { Function: UnaryFunction.Exp }, _) => operand is null ? null : Array.ConvertAll(operand, Math.Exp),
            _ => throw Unsupported(value, "a constant made by negate, exp or reshape"),
        };
    }

    /// <summary>A matrix in its integer form, made once per parameter.</summary>
    /// <param name="parameter">Names it.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="weights">Its numbers; null in a shape-only model. Owned by the callee.</param>
    /// <param name="gram">Second moments of its inputs, or null.</param>
    public WeightMatrix Matrix(string parameter, int rows, int columns, Func<double[]?> weights, Func<double[]?> gram)
    {
        if (_matrices.TryGetValue(parameter, out var known))
        {
            return known;
        }

        var scheme = Options.Exceptions.FirstOrDefault(exception => parameter.EndsWith(exception.NameEnd, StringComparison.Ordinal))?.Scheme
            ?? (IsEmbeddingOrHead(parameter) ? Options.Embedding : Options.Weights);
        var group = scheme.GroupSize == 0 ? columns : Math.Min(scheme.GroupSize, columns);
        var matrix = HasWeights
            ? MatrixCoder.Encode(parameter, weights()!, rows, scheme, Options, gram())
            : new WeightMatrix(parameter, rows, columns, scheme.Format, group, Exponent: 20);
        _matrices.Add(parameter, matrix);
        return matrix;
    }

    /// <summary>Numbers as signed 16-bit mantissas with one exponent: <c>value = m * 2^-exponent</c>.</summary>
    public static (ConstantVector Vector, int Exponent) Mantissas(string name, int length, double[]? values)
    {
        if (values is null)
        {
            return (new(name, length, 16), 12);
        }

        var widest = values.Max(Math.Abs);
        var exponent = widest > 0 ? 14 - Math.ILogB(widest) : 0;
        return (new(name, length, 16) { Values = [.. values.Select(v => (int)Math.Clamp(Math.Round(Math.ScaleB(v, exponent)), -32767, 32767))] }, exponent);
    }

    /// <summary>Numbers in a lane format, 32 bits each.</summary>
    public static ConstantVector Lanes(string name, int length, double[]? values, FixedFormat format)
    {
        var limit = (double)int.MaxValue;
        return values is null
            ? new(name, length, 32)
            : new(name, length, 32) { Values = [.. values.Select(v => (int)Math.Clamp(Math.Round(Math.ScaleB(v, format.Fraction)), -limit, limit))] };
    }

    /// <summary>A positive number as an unsigned 16-bit mantissa: <c>value = m * 2^-exponent</c>.</summary>
    public static (int Mantissa, int Exponent) Mantissa(double value)
    {
        var exponent = 15 - Math.ILogB(value);
        var mantissa = (int)Math.Round(Math.ScaleB(value, exponent));
        return mantissa == 1 << 16 ? (1 << 15, exponent - 1) : (mantissa, exponent);
    }

    /// <summary>Bits that count up to a number of things: <c>ceil(log2 n)</c>.</summary>
    public static int CountBits(int n) => n <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)(n - 1));

    public InputException Unsupported(Value value, string expected) => new(
        Graph.Name, value.Name, $"{expected}, as far as there is an integer meaning", value.Producer is { } node ? $"the operator '{node.Op.Mnemonic}'" : $"a {value.Kind} of type {value.Type}");

    private bool IsEmbeddingOrHead(string parameter) =>
        Graph.Parameters.Any(p => p.Name == parameter && UsersOf(p).Any(node => node.Op is Embedding || node.Result == Graph.Outputs[0].Value));
}
