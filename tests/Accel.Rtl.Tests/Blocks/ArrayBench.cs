using System.Globalization;
using System.Numerics;
using System.Text;
using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Hdl;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>A product that an array is to compute.</summary>
/// <param name="Activations"><c>[rows, depth]</c>.</param>
/// <param name="Weights"><c>[outputs, depth]</c>.</param>
/// <param name="Mantissas"><c>[outputs, groups]</c>, or null.</param>
/// <param name="Group">Inputs that share a mantissa.</param>
/// <param name="Accumulate">Whether sums add to what is there.</param>
/// <param name="Address">Word of row 0 and the first block of outputs.</param>
internal sealed record ArrayTile(short[,] Activations, short[,] Weights, ushort[,]? Mantissas, int Group, bool Accumulate, int Address)
{
    public int Rows => Activations.GetLength(0);

    public int Depth => Activations.GetLength(1);

    public int Outputs => Weights.GetLength(0);

    public int Groups => (Depth + Group - 1) / Group;

    public int WordOf(ArrayOptions options, int row, int output) => Address + (output / options.Lanes * Rows) + row;
}

/// <summary>Sums that are to be read out: those of a product, or every word of every lane.</summary>
/// <param name="Scales">Per row, or null.</param>
/// <param name="Biases">Per column, or null.</param>
/// <param name="Type">Bytes of a result as a power of two.</param>
internal sealed record ArrayDrain(int Rows, int Columns, int Address, int Stride, int[]? Scales, int[]? Biases, int Type, int SumShift, int OutputShift, long Limit);

/// <summary>When a command was taken and when it was done, in clock cycles since reset.</summary>
internal sealed record TileTimes(long Taken, long Done);

/// <summary>What came out of an array.</summary>
/// <param name="Words">Accumulators by address and lane, as far as products lie; null where one holds unknown bits.</param>
/// <param name="Results">Of each drain, <c>[rows * columns]</c>; null likewise.</param>
internal sealed record ArrayRun(IReadOnlyList<TileTimes> Times, IReadOnlyList<TileTimes> DrainTimes, long?[,] Words, IReadOnlyList<long?[]> Results);

/// <summary>Runs an emitted array under Icarus, whose unknown values also show what a reset forgot.</summary>
internal sealed class ArrayBench(ArrayOptions options)
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(30);

    private readonly List<BigInteger> _beats = [];
    private readonly List<short> _activations = [];
    private readonly List<int> _operands = [];

    /// <summary>Puts tiles through one after the other, then drains.</summary>
    /// <param name="tiles">In order; each taken as soon as the array takes it.</param>
    /// <param name="drains">In order, when all tiles are done.</param>
    /// <param name="stall">Out of 16, how often weights or activations are held back.</param>
    public ArrayRun Run(IReadOnlyList<ArrayTile> tiles, IReadOnlyList<ArrayDrain>? drains = null, int stall = 0)
    {
        var folder = Tool.Folder($"{options.Name}-{Guid.NewGuid():N}");
        var commands = new StringBuilder();
        foreach (var tile in tiles)
        {
            Line(commands, tile.Rows, tile.Depth, tile.Outputs, tile.Group, tile.Groups, tile.Accumulate ? 1 : 0, tile.Address, _activations.Count);
            _activations.AddRange(tile.Activations.Cast<short>());
            foreach (var pass in options.IsOutputStationary ? SumsStand(tile) : WeightsStand(tile))
            {
                Pack(pass);
            }
        }

        // What the products may have written of every lane, as it is.
        var written = tiles.Max(tile => tile.WordOf(options, tile.Rows - 1, tile.Outputs - 1)) + 1;
        var dump = new ArrayDrain(written, options.Lanes, 0, 0, null, null, 3, 0, 0, 0);
        ArrayDrain[] allDrains = [.. drains ?? [], dump];
        var reads = new StringBuilder();
        foreach (var drain in allDrains)
        {
            var (scales, biases) = (_operands.Count, _operands.Count + (drain.Scales?.Length ?? drain.Rows));
            _operands.AddRange(drain.Scales ?? new int[drain.Rows]);
            _operands.AddRange(drain.Biases ?? new int[drain.Columns]);
            _operands.AddRange(new int[options.Columns]);
            Line(reads, drain.Rows, drain.Columns, drain.Address, drain.Stride, drain.Type, drain.SumShift, drain.OutputShift, drain.Scales is null ? 0 : 1, drain.Limit, scales, biases);
        }

        File.WriteAllText(Path.Combine(folder, "array.v"), VerilogPrinter.PrintText(MatMulArray.Build(options)));
        File.WriteAllText(Path.Combine(folder, "bench.v"), ArrayBenchText.Of(options, new(tiles.Count, allDrains.Length, _beats.Count, _activations.Count, _operands.Count, stall)));
        File.WriteAllText(Path.Combine(folder, "commands.txt"), commands.ToString());
        File.WriteAllText(Path.Combine(folder, "drains.txt"), reads.ToString());
        File.WriteAllLines(Path.Combine(folder, "beats.hex"), _beats.Select(beat => Hex(beat, options.PortBits)));
        File.WriteAllLines(Path.Combine(folder, "activations.hex"), _activations.Select(x => Hex((ushort)x, 16)));
        File.WriteAllLines(Path.Combine(folder, "operands.hex"), _operands.Select(x => Hex((uint)x, 32)));
        var lines = Simulate(folder).Split('\n').Select(line => line.TrimEnd().Split(' ')).ToList();
        Directory.Delete(folder, recursive: true);
        Assert.True(lines.Exists(words => words[0] == "end"), string.Join('\n', lines.TakeLast(5).Select(words => string.Join(' ', words))));
        var results = Results(lines, allDrains);
        var words = new long?[written, options.Lanes];
        for (var at = 0; at < words.Length; at++)
        {
            words[at / options.Lanes, at % options.Lanes] = results[^1][at];
        }

        return new(Times(lines, "taken", "done"), [.. Times(lines, "drain", "drained").SkipLast(1)], words, [.. results.SkipLast(1)]);
    }

    private static string Simulate(string folder)
    {
        ToolProcess.Check(ExternalTool.Icarus, ["-g2001", "-o", "bench.vvp", "bench.v", "array.v"], folder, _limit);
        return ToolProcess.Check(ExternalTool.IcarusRuntime, ["-n", "bench.vvp"], folder, _limit).Output;
    }

    /// <summary>Results as bytes: each drain's beats joined, cut at its type's width.</summary>
    private static List<long?[]> Results(List<string[]> lines, IReadOnlyList<ArrayDrain> drains)
    {
        var bytes = new List<string>();
        foreach (var words in lines.Where(words => words[0] == "beat"))
        {
            for (var i = 1; i <= int.Parse(words[1], CultureInfo.InvariantCulture); i++)
            {
                bytes.Add(words[2].Substring(words[2].Length - (2 * i), 2));
            }
        }

        var (results, next) = (new List<long?[]>(), 0);
        foreach (var drain in drains)
        {
            var size = 1 << drain.Type;
            var values = new long?[drain.Rows * drain.Columns];
            for (var i = 0; i < values.Length; i++, next += size)
            {
                var hex = string.Concat(bytes.GetRange(next, size).AsEnumerable().Reverse());
                values[i] = long.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value << (64 - (8 * size)) >> (64 - (8 * size)) : null;
            }

            results.Add(values);
        }

        Assert.Equal(bytes.Count, next);
        return results;
    }

    private static List<TileTimes> Times(List<string[]> lines, string taken, string done)
    {
        long[] Of(string what) => [.. lines.Where(words => words[0] == what).Select(words => long.Parse(words[1], CultureInfo.InvariantCulture))];
        return [.. Of(taken).Zip(Of(done), (from, to) => new TileTimes(from, to))];
    }

    /// <summary>What the weight port is given for each pass that holds weights: mantissas where a group begins, then codes, output by output.</summary>
    private IEnumerable<IEnumerable<(long Value, int Bits)>> WeightsStand(ArrayTile tile)
    {
        for (var output = 0; output < tile.Outputs; output += options.Lanes)
        {
            var outputs = Enumerable.Range(output, Math.Min(options.Lanes, tile.Outputs - output)).ToList();
            for (var input = 0; input < tile.Depth;)
            {
                var groupStart = input / tile.Group * tile.Group;
                var inputs = Enumerable.Range(input, Math.Min(options.Height, Math.Min(tile.Depth, groupStart + tile.Group) - input)).ToList();
                var codes = outputs.SelectMany(n => inputs.Select(k => ((long)tile.Weights[n, k], options.WeightBits)));
                yield return tile.Mantissas is { } mantissas && input == groupStart ? outputs.Select(n => ((long)mantissas[n, groupStart / tile.Group], 16)).Concat(codes) : codes;
                input += inputs.Count;
            }
        }
    }

    /// <summary>The same for each pass that holds sums: group by group the codes, input by input, then the mantissas.</summary>
    private IEnumerable<IEnumerable<(long Value, int Bits)>> SumsStand(ArrayTile tile)
    {
        for (var row = 0; row < tile.Rows; row += options.Height)
        {
            for (var output = 0; output < tile.Outputs; output += options.Lanes)
            {
                var outputs = Enumerable.Range(output, Math.Min(options.Lanes, tile.Outputs - output)).ToList();
                yield return Enumerable.Range(0, tile.Groups).SelectMany(g =>
                {
                    var inputs = Enumerable.Range(g * tile.Group, Math.Min(tile.Group, tile.Depth - (g * tile.Group)));
                    var codes = inputs.SelectMany(k => outputs.Select(n => ((long)tile.Weights[n, k], options.WeightBits)));
                    return tile.Mantissas is { } mantissas ? codes.Concat(outputs.Select(n => ((long)mantissas[n, g], 16))) : codes;
                });
            }
        }
    }

    private void Pack(IEnumerable<(long Value, int Bits)> fields)
    {
        var (beat, length) = (BigInteger.Zero, 0);
        foreach (var (value, bits) in fields)
        {
            beat |= (new BigInteger(value) & ((BigInteger.One << bits) - 1)) << length;
            length += bits;
            for (; length >= options.PortBits; length -= options.PortBits, beat >>= options.PortBits)
            {
                _beats.Add(beat & ((BigInteger.One << options.PortBits) - 1));
            }
        }

        if (length > 0)
        {
            _beats.Add(beat);
        }
    }

    private static void Line(StringBuilder text, params ReadOnlySpan<long> numbers)
    {
        foreach (var number in numbers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{number} ");
        }

        text.Append('\n');
    }

    private static string Hex(BigInteger value, int bits) => value.ToString($"x{(bits + 3) / 4}", CultureInfo.InvariantCulture)[^((bits + 3) / 4)..];
}
