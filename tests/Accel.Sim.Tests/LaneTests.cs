using System.Numerics;
using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Sim.Tests;

/// <summary>Commands that treat each lane by itself, against arithmetic on whole numbers of any size.</summary>
public sealed class LaneTests
{
    private const int Rows = 3;
    private const int Columns = 5;

    private static readonly View _a = View.Matrix(LaneType.I32, 0, Rows, Columns);
    private static readonly View _b = View.Matrix(LaneType.I32, 1024, Rows, Columns);
    private static readonly View _c = View.Matrix(LaneType.I32, 2048, Rows, Columns);
    private static readonly View _by = View.Scalars(LaneType.I8, 3072, Rows);
    private static readonly View _to = View.Matrix(LaneType.I32, 4096, Rows, Columns);

    [Theory]
    [InlineData(5, 1, 3)]
    [InlineData(-5, 1, -2)]
    [InlineData(-3, 1, -1)]
    [InlineData(3, 1, 2)]
    [InlineData(-1, 1, 0)]
    [InlineData(6, 2, 2)]
    [InlineData(-6, 2, -1)]
    [InlineData(-7, 2, -2)]
    [InlineData(3, -2, 12)]
    [InlineData(long.MaxValue, 63, 0)]
    [InlineData(long.MaxValue, 62, 2)]
    [InlineData(long.MinValue, 62, -2)]
    public void Shift_rounds_halves_towards_plus_infinity(long value, int places, long expected)
    {
        var (from, to) = (View.Scalars(LaneType.I64, 0, 1), View.Scalars(LaneType.I64, 8, 1));

        Assert.Equal([expected], new Bench().Put(from, value).Run(new Elementwise(LaneFunction.Move, from, 0, to, places, 0)).Get(to));
    }

    [Theory]
    [InlineData(40_000, 32_767)]
    [InlineData(-40_000, -32_767)]
    [InlineData(-32_768, -32_767)]
    [InlineData(32_767, 32_767)]
    public void Saturation_is_symmetric(long value, long expected)
    {
        var (from, to) = (View.Scalars(LaneType.I64, 0, 1), View.Scalars(LaneType.I16, 8, 1));

        Assert.Equal([expected], new Bench().Put(from, value).Run(new Elementwise(LaneFunction.Move, from, 0, to, 0, 32_767)).Get(to));
    }

    [Fact]
    public void Lane_functions_follow_their_formula() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var function = (LaneFunction)random.Next(7);
            var (a, b, c) = (Bench.Lanes(random, 15, 26), Bench.Lanes(random, 15, 26), Bench.Lanes(random, 15, 26));
            var by = Bench.Lanes(random, Rows, 4);
            var command = new Elementwise(function, _a, function is LaneFunction.Move or LaneFunction.Absolute ? 0 : _b, _to, random.Next(0, 8), int.MaxValue)
            {
                LeftShift = random.Next(20), RightShift = random.Next(20), Addend = _c, ShiftBy = _by, ShiftSign = random.Next(2) == 0 ? 1 : -1,
                Truncate = random.Next(2) == 0,
            };
            var y = new Bench().Put(_a, a).Put(_b, b).Put(_c, c).Put(_by, by).Run(command).Get(_to);
            for (var i = 0; i < y.Length; i++)
            {
                var (left, right) = ((BigInteger)a[i], (BigInteger)b[i]);
                var f = function switch
                {
                    LaneFunction.Move => left,
                    LaneFunction.Add => (left << command.LeftShift) + (right << command.RightShift),
                    LaneFunction.Subtract => (left << command.LeftShift) - (right << command.RightShift),
                    LaneFunction.Multiply => left * right,
                    LaneFunction.Maximum => BigInteger.Max(left, right),
                    LaneFunction.Minimum => BigInteger.Min(left, right),
                    _ => BigInteger.Abs(left),
                };
                var s = command.Shift + (command.ShiftSign * (int)by[i / Columns]);
                var shifted = command.Truncate ? s <= 0 ? f << -s : f >> s : Bench.Shift(f, s);
                // Beyond 64 bits the machine faults; the generator stays below.
                Assert.Equal(Bench.Saturate32(shifted + c[i]), y[i]);
            }
        },
        runs: 300);

    [Fact]
    public void One_row_or_one_column_serves_all()
    {
        var row = View.Row(LaneType.I32, 1024, Columns);
        var column = View.Scalars(LaneType.I32, 2048, Rows);
        var y = new Bench()
            .Put(row, 1, 2, 3, 4, 5).Put(column, 10, 20, 30)
            .Run(new Elementwise(LaneFunction.Add, row, column, _to, 0, 0)).Get(_to);

        Assert.Equal([11, 12, 13, 14, 15, 21, 22, 23, 24, 25, 31, 32, 33, 34, 35], y);
    }

    [Fact]
    public void Planes_and_strides_transpose()
    {
        var from = View.Matrix(LaneType.I16, 0, 6, 2);
        var to = new View(LaneType.I32, 512, 2) { Planes = 2, Rows = 3, PlaneStride = 4, RowStride = 8, ColumnStride = 24 };
        long[] values = [.. Enumerable.Range(1, 12).Select(i => (long)i)];
        var y = new Bench().Put(from, values).Run(new Elementwise(LaneFunction.Move, from, 0, to, 0, 0)).Get(View.Matrix(LaneType.I32, 512, 1, 12));

        // Element (plane, row, column) stands at plane + 2 row + 6 column.
        Assert.Equal([1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12], y);
    }

    [Theory]
    [InlineData(LaneType.I8, -128, 127)]
    [InlineData(LaneType.I16, -32_768, 32_767)]
    [InlineData(LaneType.U16, 0, 65_535)]
    [InlineData(LaneType.I32, int.MinValue, int.MaxValue)]
    public void What_a_type_cannot_hold_is_a_fault(LaneType type, long least, long greatest)
    {
        var (from, to) = (View.Scalars(LaneType.I64, 0, 2), View.Scalars(type, 64, 2));
        var move = new Elementwise(LaneFunction.Move, from, 0, to, 0, 0);

        Assert.Equal([least, greatest], new Bench().Put(from, least, greatest).Run(move).Get(to));
        foreach (var beyond in new[] { least - 1, greatest + 1 })
        {
            var fault = Assert.Throws<MachineFaultException>(() => new Bench().Put(from, beyond, 0).Run(move));
            Assert.Equal((FaultKind.Overflow, $"decode[2] lanes on vector0: {beyond} does not fit {type}"), (fault.Kind, fault.Message));
        }
    }

    [Fact]
    public void Sixty_four_bits_do_not_wrap()
    {
        var (a, to) = (View.Scalars(LaneType.I64, 0, 1), View.Scalars(LaneType.I64, 64, 1));
        Command[] commands =
        [
            new Elementwise(LaneFunction.Multiply, a, a, to, 0, 0),
            new Elementwise(LaneFunction.Add, a, a, to, 0, 0),
            new Elementwise(LaneFunction.Move, a, 0, to, -1, 0),
            new Elementwise(LaneFunction.Add, a, 0, to, 0, 0) { LeftShift = 1 },
            new Reduce(ReduceFunction.SumOfSquares, a, to, false),
            new Reduce(ReduceFunction.Sum, new View(LaneType.I64, 0, 2) { ColumnStride = 0 }, to, false),
        ];

        foreach (var command in commands)
        {
            Assert.Equal(FaultKind.Overflow, Assert.Throws<MachineFaultException>(() => new Bench().Put(a, long.MaxValue - 1).Run(command)).Kind);
        }
    }

    [Fact]
    public void Tables_interpolate_and_keep_their_ends() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var (segments, s) = (1 << random.Next(0, 6), random.Next(0, 14));
            var low = random.Next(-(segments << s), 1);
            var samples = Bench.Lanes(random, segments + 1, 24);
            var x = Bench.Lanes(random, 15, 18);
            var use = (TableUse)random.Next(3);
            var (argumentShift, shift) = (random.Next(8), random.Next(12));
            var table = View.Row(LaneType.I32, 8192, segments + 1);
            var y = new Bench().Put(_a, x).Put(table, samples)
                .Run(new Lookup(_a, _to, 8192, segments, s, low, use, argumentShift, shift, 1 << 28)).Get(_to);

            BigInteger T(BigInteger argument)
            {
                var u = BigInteger.Min(BigInteger.Max(argument - low, 0), (BigInteger)segments << s);
                var i = (int)BigInteger.Min(u >> s, segments - 1);
                return samples[i] + Bench.Shift((samples[i + 1] - samples[i]) * (u - ((BigInteger)i << s)), s);
            }

            for (var i = 0; i < x.Length; i++)
            {
                var value = use switch
                {
                    TableUse.Value => T(x[i]),
                    TableUse.Gate => x[i] * T(x[i]),
                    _ => ((BigInteger)Math.Max(x[i], 0) << argumentShift) + T(Math.Abs(x[i])),
                };
                Assert.Equal(Bench.Saturate(Bench.Shift(value, shift), 1 << 28), y[i]);
            }
        },
        runs: 200);

    [Fact]
    public void Masks_hide_what_a_query_does_not_see() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var (position, tokens, keys) = (random.Next(0, 40), random.Next(1, 6), random.Next(1, 24));
            var window = random.Next(2) == 0 ? 0 : random.Next(1, 12);
            var ring = random.Next(2) == 0 ? 0 : random.Next(keys, 30);
            var alongPlanes = random.Next(2) == 0;
            var firstKey = ring == 0 ? random.Next(0, 50) : random.Next(0, ring - keys + 1);
            var last = position + tokens - 1;

            // What each slot holds after positions 0 .. last were written in turn.
            var slots = Enumerable.Repeat(-1, 100).ToArray();
            for (var p = 0; p <= last; p++)
            {
                slots[ring == 0 ? p : p % ring] = p;
            }

            var target = new View(LaneType.I16, 0, keys)
            {
                Planes = alongPlanes ? tokens : 2, Rows = alongPlanes ? 2 : tokens, RowStride = 2 * keys, PlaneStride = 2 * keys * (alongPlanes ? 2 : tokens),
            };
            var before = Enumerable.Repeat(7L, 2 * tokens * keys).ToArray();
            var y = new Bench().Put(target, before).Run(new Mask(target, position, alongPlanes, firstKey, last, ring, window, -9)).Get(target);
            for (var row = 0; row < 2 * tokens; row++)
            {
                var query = position + (alongPlanes ? row / 2 : row % tokens);
                for (var column = 0; column < keys; column++)
                {
                    var key = slots[firstKey + column];
                    var seen = key >= 0 && key <= query && (window == 0 || key > query - window);
                    Assert.Equal(seen ? 7 : -9, y[(row * keys) + column]);
                }
            }
        },
        runs: 300);
}
