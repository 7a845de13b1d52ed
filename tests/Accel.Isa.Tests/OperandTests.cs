using Accel.Isa.Commands;
using Accel.Isa.Operands;
using Accel.Tests.Shared;
using FsCheck.Fluent;

namespace Accel.Isa.Tests;

public sealed class OperandTests
{
    [Fact]
    public void Expressions_add_and_multiply_like_their_values() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var registers = Enumerable.Range(0, Register.Count).Select(_ => random.NextInt64(-1_000_000, 1_000_000)).ToArray();
            var (a, b) = (Draw(random), Draw(random));
            var factor = random.Next(-9, 9);

            Assert.Equal(a.Resolve(registers) * factor, (a * factor).Resolve(registers));
            Assert.Equal(a.Resolve(registers) + b.Resolve(registers), (a + b).Resolve(registers));
            Assert.Equal(a.Resolve(registers) - b.Resolve(registers), (a - b).Resolve(registers));
            Assert.Equal(a + b, b + a);
            Assert.Equal(new Expression(0), a - a);
            Assert.True(Expression.TryParse(a.ToString(), out var read));
            Assert.Equal(a, read);
        },
        runs: 500);

    [Fact]
    public void Fourth_register_is_refused()
    {
        Expression three = (Expression)new Register(3) + new Register(4) + new Register(5);

        Assert.Throws<ArgumentException>(() => three + new Register(6));
    }

    [Theory]
    [InlineData(7, 3, 2, 3, 1)]
    [InlineData(-7, 3, -3, -2, 2)]
    [InlineData(6, 3, 2, 2, 0)]
    [InlineData(-6, 3, -2, -2, 0)]
    [InlineData(-1, 64, -1, 0, 63)]
    public void Division_and_remainder_are_those_of_the_floor(long left, long right, long floor, long ceiling, long remainder)
    {
        long Evaluate(SetFunction function) => new Set(new(3), function, left, right).Evaluate(new long[Register.Count]);

        Assert.Equal((floor, ceiling, remainder), (Evaluate(SetFunction.FloorDivide), Evaluate(SetFunction.CeilingDivide), Evaluate(SetFunction.Modulo)));
    }

    [Fact]
    public void Positions_of_a_batch_come_from_the_table_of_its_tokens()
    {
        long Evaluate(long left, long right) => new Set(new(3), SetFunction.PositionOf, left, right).Evaluate(new long[Register.Count], [17, 4]);

        Assert.Equal((17, 4), (Evaluate(0, 0), Evaluate(1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluate(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluate(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluate(0, 1));
    }

    [Fact]
    public void Listed_bytes_of_a_view_are_its_elements_bytes() => SeededProperty.Holds(
        Gen.Choose(0, int.MaxValue),
        seed =>
        {
            var random = new Random(seed);
            var type = (LaneType)random.Next(5);
            var view = new View(type, random.Next(100), random.Next(4))
            {
                Planes = random.Next(4), Rows = random.Next(4),
                PlaneStride = random.Next(3) == 0 ? 24 : random.Next(40),
                RowStride = random.Next(3) == 0 ? 8 : random.Next(20),
                ColumnStride = random.Next(2) == 0 ? type.ByteSize() : random.Next(12),
            };
            var resolved = view.Resolve([]);
            var expected = new HashSet<long>();
            for (var row = 0L; row < resolved.RowCount; row++)
            {
                for (var column = 0; column < resolved.Columns; column++)
                {
                    for (var i = 0; i < type.ByteSize(); i++)
                    {
                        expected.Add(resolved.RowAddress(row) + (column * view.ColumnStride) + i);
                    }
                }
            }

            var list = new AccessList();
            list.Read(view, []);
            var listed = new HashSet<long>();
            foreach (var access in list.Span)
            {
                listed.UnionWith(Enumerable.Range(0, (int)access.Length).Select(i => access.Start + i));
            }

            Assert.Equal(expected.Order(), listed.Order());
        },
        runs: 500);

    [Fact]
    public void Contiguous_matrix_is_one_run()
    {
        var list = new AccessList();
        list.Read(View.Matrix(LaneType.I16, 64, 10, 7), []);

        Assert.Equal(new Access(Space.Scratchpad, 0, 64, 140, false), Assert.Single(list.Span.ToArray()));
    }

    [Fact]
    public void Endless_lists_of_ranges_are_refused()
    {
        var view = new View(LaneType.I8, 0, 1) { Rows = 1 << 30, RowStride = 2 };

        Assert.Throws<OverflowException>(() => new AccessList().Read(view, []));
    }

    [Theory]
    [InlineData(CodeFormat.Ternary, 9, 3)]
    [InlineData(CodeFormat.Int3, 9, 4)]
    [InlineData(CodeFormat.Int4, 9, 5)]
    [InlineData(CodeFormat.Int8, 9, 9)]
    [InlineData(CodeFormat.Int16, 9, 18)]
    public void Rows_of_codes_end_at_bytes(CodeFormat format, long codes, long bytes) => Assert.Equal(bytes, format.RowBytes(codes));

    private static Expression Draw(Random random)
    {
        // Three registers in all, so that sums of two stay within bounds.
        Expression value = random.Next(-1000, 1000);
        for (var i = random.Next(4); i > 0; i--)
        {
            value += new Term(new(3 + random.Next(3)), random.Next(-50, 50));
        }

        return value;
    }
}
