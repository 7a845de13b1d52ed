using Accel.Rtl.Liberty;

namespace Accel.Rtl.Synthesis.Gates;

/// <summary>What gates gave.</summary>
/// <param name="Vectors">Vectors that went through them.</param>
/// <param name="Products">Numbers that were compared.</param>
/// <param name="Mismatches">Of these, those that are not the integer product.</param>
/// <param name="FirstMismatch">One line; null where all agree.</param>
public sealed record GateLevelResult(int Vectors, long Products, long Mismatches, string? FirstMismatch);

/// <summary>A fault that was planted.</summary>
/// <param name="Place">Cell, instance and pin.</param>
/// <param name="Value">What the pin is stuck at.</param>
public sealed record PlantedFault(string Place, bool Value, bool IsCaught);

/// <summary>A mapped product, its cells as the library describes them, against the product of integers.</summary>
public sealed class GateLevelCheck
{
    private const int Streams = 64;

    private readonly ProductUnit _unit;
    private readonly GateSimulator _gates;

    internal GateLevelCheck(ProductUnit unit, LibertyLibrary library, FlatNetlist netlist) => (_unit, _gates) = (unit, new(library, netlist));

    /// <summary>Vectors at random, and first those at the ends of the range.</summary>
    public GateLevelResult Run(int vectors, int seed) => Compare(vectors, seed);

    /// <summary>Plants faults one after another and sees whether vectors show them.</summary>
    public IReadOnlyList<PlantedFault> Plant(int faults, int vectors, int seed)
    {
        var random = new Random(seed);
        var planted = new List<PlantedFault>();
        for (var k = 0; k < faults && _gates.Inputs > 0; k++)
        {
            var (place, value) = (random.Next(_gates.Inputs), random.Next(2) != 0);
            using (_gates.StuckAt(place, value))
            {
                planted.Add(new(_gates.PlaceOf(place), value, Compare(vectors, seed).Mismatches > 0));
            }
        }

        return planted;
    }

    private GateLevelResult Compare(int vectors, int seed)
    {
        var random = new Random(seed);
        var streams = new sbyte[Streams][][];
        var length = (vectors + Streams - 1) / Streams;
        for (var s = 0; s < Streams; s++)
        {
            streams[s] = [.. Enumerable.Range(0, length).Select(place => Vector(random, (place * Streams) + s))];
        }

        _gates.Randomise(random);
        var found = _unit.Run(_gates, streams);
        var (products, mismatches, first) = (0L, 0L, (string?)null);
        for (var v = 0; v < length * Streams; v++)
        {
            var (vector, product) = (streams[v % Streams][v / Streams], found[v % Streams][v / Streams]);
            var expected = _unit.Expected(vector);
            for (var j = 0; j < expected.Length; j++)
            {
                products++;
                if (product?[j] != expected[j])
                {
                    mismatches++;
                    first ??= $"vector {v}, output {j}: expected {expected[j]}, found {product?[j].ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"}";
                }
            }
        }

        return new(length * Streams, products, mismatches, first);
    }

    private sbyte[] Vector(Random random, int number)
    {
        var vector = new sbyte[_unit.Matrix.Inputs];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = number switch { 0 => _unit.LeastInput, 1 => sbyte.MaxValue, 2 => 0, 3 => -1, _ => (sbyte)random.Next(_unit.LeastInput, sbyte.MaxValue + 1) };
        }

        return vector;
    }
}
