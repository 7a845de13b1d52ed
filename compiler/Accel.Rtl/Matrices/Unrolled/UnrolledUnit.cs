using System.Numerics;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;

namespace Accel.Rtl.Matrices.Unrolled;

/// <summary>
/// The unit around the logic of unrolled matrices: fetches the codes, lets the rows come, scales each group's sum by its mantissa and adds them.
/// </summary>
internal static class UnrolledUnit
{
    /// <summary>From a row's group sums to its sum: mantissas read, products added.</summary>
    private const int ScaleLatency = 2;

    /// <param name="name">The module's name.</param>
    /// <param name="tasks">The products.</param>
    /// <param name="matrixOf">The matrix of each product, of those of <paramref name="logic"/>.</param>
    /// <param name="logic">The matrices.</param>
    /// <param name="rows">Their logic as a module.</param>
    public static Unit Build(string name, IReadOnlyList<MatrixTask> tasks, Func<MatrixTask, int> matrixOf, MachineShape shape, RowLogic logic, Module rows)
    {
        var unit = new UnitBuilder(name, $"Matrix products with wires for every weight: {logic.Matrices.Count} matrices. S = sum over groups of mantissa * sum of code * weight.", tasks.Count);
        var m = unit.Module;
        UnrolledMatrix Of(MatrixTask task) => logic.Matrices[matrixOf(task)];
        var most = tasks.Max(t => Words(Of(t), shape));

        m.Comment("The codes, word after word.");
        var words = unit.Field("words", tasks.Select(t => (long)Words(Of(t), shape)));
        var active = m.Register("active", reset: 0);
        var word = m.Register("word", words.Width);
        var lastWord = m.Wire("last_word", active & word.Value.Increment().Is(words));
        active.Next(unit.Start, 1).Next(lastWord, 0);
        word.Next(unit.Start, 0).Next(active.Value, word.Value.Increment());
        m.Output("code_read", active);
        m.Output("code_address", LanePort.Gate(active, (unit.Field("codes", tasks.Select(t => (long)t.Codes)).Resize(shape.CodeAddressWidth) + word.Value).Resize(shape.CodeAddressWidth)));
        var codeWord = m.Input("code_word", shape.CodeWordWidth, "one cycle after the read, and until the next");
        var codes = most == 1 ? codeWord : Held(m, codeWord, most, active.Value, word.Value);
        codes = codes.Resize(logic.Inputs * logic.CodeBits);

        m.Comment("The rows.");
        var begin = most == 1 ? lastWord : m.DelayFlag("complete", lastWord);
        var instance = m.Instance(rows, "u_rows").Connect("start", begin).Connect("codes", codes);
        var select = unit.Field("matrix", tasks.Select(t => (long)matrixOf(t)));
        if (logic.Matrices.Count > 1)
        {
            instance.Connect("matrix", select.Resize(Bits.OfIndex(logic.Matrices.Count)));
        }

        m.Comment("Scaled and added.");
        var (valid, row, sums) = (instance["row_valid"], instance["row"], instance["sums"]);
        var mantissas = m.Delay("mantissas", Mantissas(m, name, logic, select, row), valid);
        var held = m.Delay("group_sums", sums, valid);
        var valid1 = m.DelayFlag("valid_1", valid);
        var parts = new List<Signed>();
        for (var g = 0; g < logic.Groups; g++)
        {
            var sum = held.Slice((logic.SumBits * (g + 1)) - 1, logic.SumBits * g).AsSigned();
            parts.Add(sum * mantissas.Slice((RomLayout.MantissaBits * (g + 1)) - 1, RomLayout.MantissaBits * g).ToSigned());
        }

        var total = m.Delay("total", DotProduct.Sum(parts), valid1);
        var valid2 = m.DelayFlag("valid_2", valid1);
        m.Output("sum_valid", valid2);
        m.Output("sum", valid2.Select(total, Signed.Constant(total.Width, 0)).Resize(IMatrixStyle.SumBits));

        return unit.Build((step, _) => Cycles(Of(tasks[step]), shape, logic.Latency, most > 1));
    }

    /// <summary>Cycles from start to the last sum.</summary>
    /// <param name="latency">Of the rows' logic.</param>
    /// <param name="isHeld">Whether some matrix of the unit reads more than one word, so that words are held in registers.</param>
    public static long Cycles(UnrolledMatrix matrix, MachineShape shape, int latency, bool isHeld) =>
        1 + Words(matrix, shape) + (isHeld ? 1 : 0) + latency + matrix.Rows + ScaleLatency;

    /// <summary>Code words that a product reads.</summary>
    public static int Words(UnrolledMatrix matrix, MachineShape shape) => (matrix.Inputs + shape.Lanes - 1) / shape.Lanes;

    /// <summary>Registers for all words of the longest input.</summary>
    private static Unsigned Held(Module m, Unsigned codeWord, int words, Unsigned read, Unsigned word)
    {
        var arrived = m.DelayFlag("arrived", read);
        var place = m.Delay("place", word, read);
        return Unsigned.Concat([.. Enumerable.Range(0, words).Reverse().Select(i => m.Delay($"codes_{i}", codeWord, arrived & place.Is(i)))]);
    }

    /// <summary>The mantissas of a row, group 0 lowest.</summary>
    private static Unsigned Mantissas(Module m, string name, RowLogic logic, Unsigned select, Unsigned row)
    {
        Unsigned? all = null;
        for (var i = 0; i < logic.Matrices.Count; i++)
        {
            var matrix = logic.Matrices[i];
            var words = new BigInteger[matrix.Rows];
            for (var r = 0; r < words.Length; r++)
            {
                for (var g = 0; g < matrix.Groups; g++)
                {
                    words[r] |= (BigInteger)matrix.Weight.Data.Mantissas[(r * matrix.Groups) + g] << (RomLayout.MantissaBits * g);
                }
            }

            var width = matrix.Groups * RomLayout.MantissaBits;
            var rom = new Module($"{name}_{matrix.Name}_scale", $"Mantissas of {matrix.Weight.Name}, {RomLayout.MantissaBits} bits each, exponent {matrix.Weight.Exponent}.");
            rom.Output("word", rom.Lookup("entry", rom.Input("address", Bits.OfIndex(words.Length)), width, words));
            var word = m.Instance(rom, $"u_{matrix.Name}_scale").Connect("address", row.Resize(Bits.OfIndex(words.Length)))["word"].Resize(logic.Groups * RomLayout.MantissaBits);
            all = all is { } others ? select.Is(i).Select(word, others) : word;
        }

        return all!.Value;
    }
}
