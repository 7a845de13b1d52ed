using System.Numerics;
using Accel.Compiler.Quantization;
using Accel.Rtl.Blocks;
using Accel.Rtl.Hdl;
using Accel.Rtl.Synthesis;

namespace Accel.Rtl.Matrices;

/// <summary>
/// How a matrix lies in ROM: words of <see cref="Lanes"/> codes, row after row; a word's lanes meet the code buffer's lanes, and what is outside a row (or, of a
/// block-diagonal matrix, outside its block) is 0 and costs no logic. Beside each word stand its mantissas, one per segment of lanes.
/// </summary>
internal sealed class RomLayout
{
    private const string NamePrefix = "rom_";

    /// <summary>Bits of a mantissa.</summary>
    public const int MantissaBits = 16;

    private readonly WeightMatrix _matrix;
    private readonly int _rowsPerBlock;
    private readonly int _segment;

    /// <param name="matrix">With data.</param>
    /// <param name="blocks">Blocks on the diagonal; 1 for a dense matrix.</param>
    /// <param name="lanes">Codes of a word, a power of two.</param>
    /// <param name="segment">Lanes that share a mantissa.</param>
    public RomLayout(WeightMatrix matrix, int blocks, int lanes, int segment)
    {
        (_matrix, Lanes, _segment) = (matrix, lanes, segment);
        _rowsPerBlock = matrix.Rows / blocks;
        if (matrix.Columns % lanes == 0 || blocks == 1)
        {
            (WordsPerRow, BandRows, BandWords) = (Words(matrix.Columns, lanes), _rowsPerBlock, Words(matrix.Columns, lanes));
        }
        else if (lanes % matrix.Columns == 0)
        {
            (WordsPerRow, BandRows, BandWords) = (1, _rowsPerBlock * (lanes / matrix.Columns), 1);
        }
        else
        {
            (WordsPerRow, BandRows, BandWords) = (Words((long)matrix.Columns * blocks, lanes), matrix.Rows, 0);
        }
    }

    /// <summary>Whether a module of this name holds weights or their scales.</summary>
    public static bool IsName(string module) => module.StartsWith(NamePrefix, StringComparison.Ordinal);

    public string Name => $"{NamePrefix}{Identifier.From(_matrix.Name)}";

    public int Lanes { get; }

    /// <summary>Words that a row takes.</summary>
    public int WordsPerRow { get; }

    /// <summary>Rows that read the same codes; behind them the code buffer's address moves on.</summary>
    public int BandRows { get; }

    /// <summary>Words by which it moves.</summary>
    public int BandWords { get; }

    public int Depth => _matrix.Rows * WordsPerRow;

    public int AddressWidth => Bits.OfIndex(Depth);

    /// <summary>Bits of a code in a word: a power of two, so that lanes are found by a shift.</summary>
    public int CodeBits => _matrix.CodeBits <= 2 ? 2 : _matrix.CodeBits <= 4 ? 4 : 8;

    public int WeightWordWidth => Lanes * CodeBits;

    /// <summary>Whether one mantissa serves a whole row: then the mantissas are addressed by row.</summary>
    public bool IsPerRow => _matrix.Groups == 1;

    public int Segments => Lanes / _segment;

    public int MantissaWordWidth => IsPerRow ? MantissaBits : Segments * MantissaBits;

    public int MantissaAddressWidth => IsPerRow ? Bits.OfIndex(_matrix.Rows) : AddressWidth;

    /// <summary>The lanes that can share a mantissa in all of some matrices: the greatest power of two that divides lanes, groups and blocks.</summary>
    public static int SegmentOf(IEnumerable<(WeightMatrix Matrix, int Blocks)> matrices, int lanes)
    {
        var segment = (BigInteger)lanes;
        foreach (var (matrix, blocks) in matrices)
        {
            if (matrix.Groups > 1)
            {
                segment = BigInteger.GreatestCommonDivisor(segment, matrix.GroupSize);
                segment = blocks > 1 ? BigInteger.GreatestCommonDivisor(segment, matrix.Columns) : segment;
            }
        }

        return (int)segment;
    }

    /// <summary>The codes, as a module: <c>address</c> to <c>word</c>.</summary>
    public Module Weights()
    {
        var words = new BigInteger[Depth];
        var bytes = new byte[(WeightWordWidth / 8) + 1];
        for (var address = 0; address < Depth; address++)
        {
            WriteWord(address, bytes);
            words[address] = new BigInteger(bytes, isUnsigned: true);
        }

        return Rom(Name, $"Weights of {_matrix.Name}, {_matrix.Rows} x {_matrix.Columns} {_matrix.Format} codes: {Lanes} per word, {WordsPerRow} word(s) per row.", WeightWordWidth, words, WordsPerRow);
    }

    /// <summary>The mantissas, as a module: <c>address</c> (of a word, or of a row if <see cref="IsPerRow"/>) to <c>word</c>.</summary>
    public Module Mantissas() =>
        Rom($"{Name}_scale", $"Mantissas of {_matrix.Name}, {MantissaBits} bits each, exponent {_matrix.Exponent}.", MantissaWordWidth, MantissaWords(), IsPerRow ? 1 : WordsPerRow);

    private BigInteger[] MantissaWords()
    {
        var words = new BigInteger[IsPerRow ? _matrix.Rows : Depth];
        for (var address = 0; address < words.Length; address++)
        {
            for (var segment = 0; !IsPerRow && segment < Segments; segment++)
            {
                var (row, column) = Place(address, segment * _segment);
                var mantissa = column >= 0 && column < _matrix.Columns ? _matrix.Data.Mantissas[(row * _matrix.Groups) + (column / _matrix.GroupSize)] : 0;
                words[address] |= (BigInteger)mantissa << (MantissaBits * segment);
            }

            words[address] = IsPerRow ? _matrix.Data.Mantissas[address] : words[address];
        }

        return words;
    }

    /// <summary>What the logic of the codes and of the mantissas is made of, without the modules.</summary>
    public (TableStructure Codes, TableStructure Mantissas) Structure()
    {
        var codes = new TableStructure(WeightWordWidth);
        var bytes = new byte[(WeightWordWidth / 8) + 1];
        for (var address = 0; address < Depth; address++)
        {
            WriteWord(address, bytes);
            codes.Add(address, bytes);
        }

        var mantissas = new TableStructure(MantissaWordWidth);
        var words = MantissaWords();
        for (var address = 0; address < words.Length; address++)
        {
            mantissas.Add(address, words[address].ToByteArray(isUnsigned: true));
        }

        return (codes.Count(), mantissas.Count());
    }

    private static int Words(long columns, int lanes) => checked((int)((columns + lanes - 1) / lanes));

    private static Module Rom(string name, string summary, int width, BigInteger[] words, int perRow)
    {
        var rom = new Module(name, summary);
        rom.Output("word", rom.Lookup("entry", rom.Input("address", Bits.OfIndex(words.Length)), width, words, i => i % perRow == 0 ? $"row {i / perRow}" : null));
        return rom;
    }

    /// <summary>The codes of a word, the first lowest.</summary>
    private void WriteWord(int address, byte[] bytes)
    {
        Array.Clear(bytes);
        for (var lane = 0; lane < Lanes; lane++)
        {
            var code = Code(address, lane) & ((1 << CodeBits) - 1);
            var bit = lane * CodeBits;
            bytes[bit / 8] |= (byte)(code << (bit % 8));
        }
    }

    private int Code(int address, int lane)
    {
        var (row, column) = Place(address, lane);
        return column >= 0 && column < _matrix.Columns ? _matrix.Data.Codes[((long)row * _matrix.Columns) + column] : 0;
    }

    /// <summary>The element that a lane of a word holds; its column is outside the matrix where there is none.</summary>
    private (int Row, long Column) Place(int address, int lane)
    {
        var (row, word) = (address / WordsPerRow, address % WordsPerRow);
        var code = ((((long)row / BandRows * BandWords) + word) * Lanes) + lane;
        return (row, code - (row / _rowsPerBlock * (long)_matrix.Columns));
    }
}
