using Accel.Hardware;
using Accel.Isa.Commands;

namespace Accel.Sim.Timing.Units;

/// <summary>
/// When a matmul array does what: the one place that says how many cycles a product takes. Times are those of the array's corner, where
/// weights and activations enter; both reach the multiplier in row h and column c <c>h + c</c> cycles later, so the skew cancels out of
/// everything but the end.
/// </summary>
/// <remarks>
/// <para>A product is cut into passes. Weight stationary, with the array's R rows in F bands of H = R / F: a pass holds a tile of at most H
/// inputs by F C outputs, and never inputs of two groups of mantissas, since a column yields one sum. Output stationary: a pass holds at
/// most H rows by F C outputs of sums and takes in the whole depth.</para>
/// <para>Pass p loads its weights in <c>load</c> cycles and lets its activations stream through in <c>stream</c> cycles:</para>
/// <code>
/// L(p) = max(L(p-1) + load(p-1), S(p-B) + stream(p-B))       B weight buffers; a buffer is free when its last row has entered
/// S(p) = max(L(p) + load(p), S(p-1) + stream(p-1))
/// done = S(P) + stream(P) + H + C - 1                         through the rows, the columns, and the adder behind them
/// </code>
/// <para>load = ceil(bytes of the tile's codes, and of its mantissas where the pass begins a group / weight port). stream = M times 1 for 8-bit
/// codes, 2 for 16-bit activations, again 2 for 16-bit weights, and no faster than the scratchpad delivers the activations. Output
/// stationary: load = 0, stream = K times those factors, no faster than weights and activations arrive, and not below H, the cycles in
/// which the last pass's sums are shifted out; done comes H cycles later for that shift. Weights arrive input by input, the mantissas of a
/// group behind its codes; an input begins when the codes of all outputs are there.</para>
/// <para>The next command's passes follow in the same pipeline, so its weights load while this one's activations stream.</para>
/// </remarks>
internal sealed class PassPipeline(MatMulArrayConfig config, ScratchpadShares shares)
{
    /// <summary>End of the stream of each of the last B passes, oldest first in turn.</summary>
    private readonly long[] _streamEnds = new long[config.WeightBuffers];
    private long _loadEnd;
    private long _streamEnd;
    private int _next;

    /// <summary>The first cycle in which another pass may begin to load.</summary>
    public long EarliestLoad => Math.Max(_loadEnd, _streamEnds[_next]);

    /// <summary>Puts a product through.</summary>
    /// <param name="shape">Not empty.</param>
    /// <param name="start">Cycle of the first load, at <see cref="EarliestLoad"/> or later.</param>
    /// <returns>The first cycle in which all sums are in the accumulators.</returns>
    public long Run(in ProductShape shape, long start)
    {
        _loadEnd = start;
        var height = config.Rows / shape.Fold;
        var width = (long)config.Columns * shape.Fold;
        var slow = shape.ActivationBytes * (shape.CodeBits > 8 ? 2 : 1);
        if (shape.Dataflow == Dataflow.OutputStationary)
        {
            for (var row = 0L; row < shape.Rows; row += height)
            {
                var rows = Math.Min(height, shape.Rows - row);
                for (var output = 0L; output < shape.Outputs; output += width)
                {
                    var outputs = Math.Min(width, shape.Outputs - output);
                    var weights = Ceiling(Packed(shape.Depth * outputs, shape.CodeBits) + Mantissas(shape, outputs, shape.Groups()), shares.Weights);
                    var activations = Ceiling(shape.Depth * rows * shape.ActivationBytes, shares.Activations);
                    Pass(0, Math.Max(Math.Max(Steps(shape, outputs, slow), height), Math.Max(weights, activations)));
                }
            }

            return _streamEnd + (2L * height) + config.Columns - 1;
        }

        for (var output = 0L; output < shape.Outputs; output += width)
        {
            var outputs = Math.Min(width, shape.Outputs - output);
            for (var input = 0L; input < shape.Depth;)
            {
                var groupStart = input / shape.Group * shape.Group;
                var inputs = Math.Min(height, Math.Min(shape.Depth, groupStart + shape.Group) - input);
                var load = Ceiling(Packed(inputs * outputs, shape.CodeBits) + Mantissas(shape, outputs, input == groupStart ? 1 : 0), shares.Weights);
                input += inputs;
                Pass(load, Math.Max(shape.Rows * slow, Ceiling(shape.Rows * inputs * shape.ActivationBytes, shares.Activations)));
            }
        }

        return _streamEnd + height + config.Columns - 1;
    }

    /// <summary>Cycles until all inputs have gone through a pass whose sums stand still: each in turn, none before its codes are there.</summary>
    /// <remarks>
    /// Codes come at an even pace but for the mantissas, so what holds up most is the first input, the first of the last group, or the last.
    /// With one cycle for an input that is no more than all inputs or all weights take.
    /// </remarks>
    private long Steps(in ProductShape shape, long outputs, int slow)
    {
        var (depth, group, perInput, perGroup) = (shape.Depth, shape.Group, outputs * shape.CodeBits, shape.HasMantissas ? 16 * outputs : 0);
        return Math.Max(From(0), Math.Max(From((depth - 1) / group * group), From(depth - 1)));

        long From(long input) => Ceiling(((input + 1) * perInput) + (input / group * perGroup), 8 * shares.Weights) - 1 + ((depth - input) * slow);
    }

    private void Pass(long load, long stream)
    {
        _loadEnd = Math.Max(_loadEnd, _streamEnds[_next]) + load;
        _streamEnd = Math.Max(_loadEnd, _streamEnd) + stream;
        _streamEnds[_next] = _streamEnd;
        _next = _next + 1 == _streamEnds.Length ? 0 : _next + 1;
    }

    /// <summary>
    /// The same as <see cref="Run(in ProductShape, long)"/>, looked up if the product was last put through a pipeline in the same state: what passes
    /// still hold, counted from the start. Passes know nothing of time but sums and maxima, so from an equal state everything is later by the same.
    /// </summary>
    public long Run(long start, PassRecord record)
    {
        if (IsIn(record.Before, start))
        {
            record.Recall();
            Load(record.After, start);
            return start + record.Cycles;
        }

        var buffers = _streamEnds.Length;
        Span<long> before = stackalloc long[buffers + 1];
        Span<long> after = stackalloc long[buffers + 2];
        Save(before, start);
        var end = Run(record.Shape, start);
        Save(after[..(buffers + 1)], start);
        after[buffers + 1] = _loadEnd - start;
        record.Keep(before, after, end - start);
        return end;
    }

    /// <summary>Whether <see cref="Save"/> would give this state.</summary>
    private bool IsIn(ReadOnlySpan<long> state, long start)
    {
        if (state.IsEmpty || state[_streamEnds.Length] != Math.Max(0, _streamEnd - start))
        {
            return false;
        }

        var buffer = _next;
        for (var i = 0; i < _streamEnds.Length; i++)
        {
            if (state[i] != Math.Max(0, _streamEnds[buffer] - start))
            {
                return false;
            }

            buffer = buffer + 1 == _streamEnds.Length ? 0 : buffer + 1;
        }

        return true;
    }

    /// <summary>When the buffers' streams end, the oldest first, and the last of them; none before the start, which none can matter before.</summary>
    private void Save(Span<long> state, long start)
    {
        for (var i = 0; i < _streamEnds.Length; i++)
        {
            state[i] = Math.Max(0, _streamEnds[(_next + i) % _streamEnds.Length] - start);
        }

        state[_streamEnds.Length] = Math.Max(0, _streamEnd - start);
    }

    private void Load(ReadOnlySpan<long> state, long start)
    {
        _next = 0;
        for (var i = 0; i < _streamEnds.Length; i++)
        {
            _streamEnds[i] = start + state[i];
        }

        _streamEnd = start + state[_streamEnds.Length];
        _loadEnd = start + state[_streamEnds.Length + 1];
    }

    private static long Packed(long codes, int bits) => checked((codes * bits) + 7) / 8;

    private static long Mantissas(in ProductShape shape, long outputs, long groups) => shape.HasMantissas ? 2 * outputs * groups : 0;

    private static long Ceiling(long number, long divisor) => (number + divisor - 1) / divisor;
}
