using Accel.Sim.Arrays;

namespace Accel.Sim.Tests.Arrays;

public sealed class FoldedProductTests
{
    [Fact]
    public void One_fold_takes_the_cycles_that_a_stepped_array_takes()
    {
        var random = new Random(4711);
        for (var run = 0; run < 200; run++)
        {
            var (rows, columns, stream) = (random.Next(1, 9), random.Next(1, 9), random.Next(1, 12));
            var (held, moving) = (Random(random, rows, columns), Random(random, stream, rows));
            var (product, cycles) = SteppedArray.HoldOperand(held, moving);
            Assert.Equal(Multiply(moving, held), product);
            Assert.Equal(cycles, new FoldedProduct(rows, columns, Stationary.Weights, stream, columns, rows).Cycles);
            Assert.Equal(cycles, new FoldedProduct(rows, columns, Stationary.Inputs, columns, stream, rows).Cycles);

            var (a, b) = (Random(random, rows, stream), Random(random, stream, columns));
            (product, cycles) = SteppedArray.HoldSums(a, b);
            Assert.Equal(Multiply(a, b), product);
            Assert.Equal(cycles, new FoldedProduct(rows, columns, Stationary.Outputs, rows, columns, stream).Cycles);
        }
    }

    // M 7, N 12, K 9 on 5x5: 2 tiles along M, 3 along N, 2 along K.
    [Theory]
    [InlineData(Stationary.Weights, 2 * 3, 10 + 5 + 7 - 2, 7 * 9 * 3, 9 * 12, 7 * 12 * 2)]
    [InlineData(Stationary.Inputs, 2 * 2, 10 + 5 + 12 - 2, 7 * 9, 9 * 12 * 2, 7 * 12 * 2)]
    [InlineData(Stationary.Outputs, 2 * 3, 5 + 5 + 9 - 2, 7 * 9 * 3, 9 * 12 * 2, 7 * 12)]
    public void Folds_reads_and_writes_follow_the_tiles(Stationary stationary, int folds, int cycles, int readsA, int readsB, int writesC)
    {
        var product = new FoldedProduct(5, 5, stationary, 7, 12, 9);
        Assert.Equal((folds, cycles, folds * cycles), ((int)product.Folds, (int)product.CyclesPerFold, (int)product.Cycles));
        Assert.Equal((readsA, readsB, writesC), ((int)product.ReadsA, (int)product.ReadsB, (int)product.WritesC));
    }

    [Theory]
    [InlineData(Stationary.Weights)]
    [InlineData(Stationary.Inputs)]
    [InlineData(Stationary.Outputs)]
    public void The_greatest_extents_do_not_overflow(Stationary stationary)
    {
        const long Most = FoldedProduct.Largest;
        var product = new FoldedProduct(1, 1, stationary, Most, Most, Most);
        Assert.Equal((Int128)Most * Most * (Most + (stationary == Stationary.Outputs ? 0 : 1)), product.Cycles);
        Assert.Equal((Int128)Most * Most * Most, product.Macs);
        Assert.InRange(product.Utilisation, 0.99, 1);
    }

    [Fact]
    public void Utilisation_never_exceeds_one()
    {
        var random = new Random(99);
        for (var run = 0; run < 1000; run++)
        {
            var product = new FoldedProduct(
                random.Next(1, 40), random.Next(1, 40), (Stationary)random.Next(3), random.Next(1, 200), random.Next(1, 200), random.Next(1, 200));
            Assert.InRange(product.Utilisation, double.Epsilon, 1);
        }
    }

    private static long[,] Random(Random random, int rows, int columns)
    {
        var matrix = new long[rows, columns];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i / columns, i % columns] = random.Next(-128, 128);
        }

        return matrix;
    }

    private static long[,] Multiply(long[,] a, long[,] b)
    {
        var product = new long[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var j = 0; j < b.GetLength(1); j++)
            {
                for (var k = 0; k < a.GetLength(1); k++)
                {
                    product[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return product;
    }
}
