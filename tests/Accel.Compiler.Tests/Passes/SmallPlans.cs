using Accel.Compiler.Quantization;
using Accel.Compiler.Quantization.Arithmetic;
using Accel.Compiler.Quantization.Ops;

namespace Accel.Compiler.Tests.Passes;

/// <summary>Graphs of a few ops, for passes.</summary>
internal sealed class SmallPlans
{
    private static readonly FixedFormat _format = new(16, 8);
    private readonly List<QuantizedValue> _values = [];
    private readonly List<QuantizedOp> _ops = [];
    private readonly List<WeightMatrix> _matrices = [];

    public LaneValue Lanes(string name, int width = 4) => Define(new LaneValue(_values.Count, name, width, _format));

    public LaneValue Embedding(string name) => Add(new QuantizedEmbedding(Lanes(name), Matrix(name, 8), 0)).Output;

    public CodeValue Codes(LaneValue input)
    {
        var codes = Define(new CodeValue(_values.Count, $"{input.Name}.codes", input.Width, 8, 16));
        _ops.Add(new QuantizeRows(input, codes, null, 1, 0));
        return codes;
    }

    public LaneValue Linear(string name, CodeValue input) => Add(new QuantizedLinear(input, Lanes(name), Matrix(name, 4), 1, null, 0, 0)).Output;

    public LaneValue Silu(string name, LaneValue input) =>
        Add(new QuantizedTable(input, Lanes(name), "silu", new LookupTable(0, 0, [0, 1], 0), TableUse.Gate, 0, 0)).Output;

    public LaneValue Multiply(string name, LaneValue a, LaneValue b) => Add(new QuantizedMultiply(a, b, Lanes(name), 0)).Output;

    public LaneValue Sum(string name, LaneValue a, LaneValue b) => Add(new QuantizedAdd(a, b, Lanes(name), 1, 0, 0, 0)).Output;

    /// <param name="channels">Of its state; the plan does not ask whether widths agree.</param>
    public LaneValue Convolution(string name, int channels, LaneValue input) => Add(new QuantizedCausalConv(
        input, Lanes(name), new ConvState($"{name}.state", 3, channels, _format), new ConstantVector($"{name}.taps", 4 * channels, 16), null, 0)).Output;

    public QuantizedGraph Build(LaneValue logits) => new()
    {
        Name = "small",
        Values = _values,
        States = [],
        Ops = _ops,
        Matrices = _matrices,
        VocabularySize = 8,
        Logits = logits,
    };

    private WeightMatrix Matrix(string name, int rows)
    {
        var matrix = new WeightMatrix($"{name}.weight", rows, 4, WeightFormat.Int8, 4, 0);
        _matrices.Add(matrix);
        return matrix;
    }

    private T Add<T>(T op)
        where T : QuantizedOp
    {
        _ops.Add(op);
        return op;
    }

    private T Define<T>(T value)
        where T : QuantizedValue
    {
        _values.Add(value);
        return value;
    }
}
