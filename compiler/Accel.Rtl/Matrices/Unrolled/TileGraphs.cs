using Accel.Rtl.ConstantMatrix;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>The graphs of all tiles of some matrices, optimised side by side.</summary>
internal static class TileGraphs
{
    /// <param name="optimise">Makes one; called from several threads.</param>
    /// <param name="report">Gets the number of tiles done and of all; one call at a time.</param>
    public static Func<UnrolledMatrix, Band, int, T> Of<T>(IReadOnlyList<UnrolledMatrix> matrices, Func<IntegerMatrix, T> optimise, Action<int, int>? report)
    {
        var tiles = matrices.SelectMany(matrix => matrix.Bands.SelectMany(band => Enumerable.Range(0, matrix.Groups).Select(group => (matrix, band, group)))).ToList();
        var found = new T[tiles.Count];
        var (done, gate) = (0, new Lock());
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            found[i] = optimise(tiles[i].matrix.Tile(tiles[i].band, tiles[i].group));
            lock (gate)
            {
                report?.Invoke(++done, found.Length);
            }
        });
        var byTile = new Dictionary<(UnrolledMatrix, Band, int), T>();
        for (var i = 0; i < found.Length; i++)
        {
            byTile.Add(tiles[i], found[i]);
        }

        return (matrix, band, group) => byTile[(matrix, band, group)];
    }
}
