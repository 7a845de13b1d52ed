using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Accel.Core.Diagnostics;
using Accel.Rtl.Hdl;
using Accel.Rtl.Matrices;

namespace Accel.Rtl.Packaging;

/// <summary>Where a chip's model came from, so that it can be made again.</summary>
/// <param name="Name">Of the model.</param>
/// <param name="Reference">A bundled name, or a path relative to the chip's folder.</param>
/// <param name="IsBundled">Which of the two.</param>
/// <param name="Weights">The weight format, as the command line calls it.</param>
/// <param name="Calibration">The text that set the formats, relative to the chip's folder; null for the default.</param>
public sealed record ModelOrigin(string Name, string Reference, bool IsBundled, string Weights, string? Calibration);

/// <param name="First">At position 0.</param>
/// <param name="Last">At the last position of the context.</param>
/// <param name="Mean">Over all positions.</param>
public sealed record CycleRange(long First, long Last, double Mean);

/// <param name="Module">The wrapper to replace by a macro.</param>
/// <param name="IsPersistent">Carries the sequence from token to token.</param>
public sealed record MemoryEntry(string Module, string Purpose, int Words, int Bits, int ReadPorts, bool IsPersistent);

/// <param name="Value">The model's value that it makes; null where it fills a state.</param>
/// <param name="OnlyGenerating">Left out for prompt tokens but the last.</param>
public sealed record StepEntry(int Index, string Name, string Unit, string? Value, bool OnlyGenerating, long FirstCycles, long LastCycles);

/// <summary>Which tools get a file: modules whose simulation and synthesis want different text have one for each.</summary>
public enum FileUse
{
    Both,
    Simulation,
    Synthesis,
}

/// <param name="Path">In the chip's folder.</param>
/// <param name="Sha256">Of its text, in hex.</param>
/// <param name="Use">Which tools get it.</param>
public sealed record FileEntry(string Path, string Sha256, FileUse Use);

/// <summary>How a matrix is realised, and what that takes.</summary>
/// <param name="Name">Of its weights.</param>
/// <param name="Format">Of its codes.</param>
/// <param name="Gates">Gate equivalents of its own, estimated.</param>
/// <param name="Cycles">Of its step.</param>
/// <param name="Toggles">Gates that change for a token: a proxy of energy.</param>
public sealed record MatrixEntry(string Name, int Rows, int Columns, string Format, MatrixStyle Style, long Gates, long Cycles, long Toggles);

/// <summary>A guess from figures per bit and per signed digit; <c>make synth</c> counts.</summary>
/// <param name="MatrixGates">Gate equivalents (NAND2) of the weights as logic.</param>
/// <param name="SharedGates">Gate equivalents of what matrices of a style share: multiply-accumulate lanes, registers of codes, multipliers by scales.</param>
/// <param name="MemoryBits">Of memories that can be written.</param>
public sealed record AreaEstimate(long MatrixGates, long SharedGates, long MemoryBits, string Source);

/// <summary>What the vectors of the folder hold.</summary>
/// <param name="Temperature">Of the sampled runs; 0 where there are none.</param>
public sealed record TestEntry(int Runs, int Prompts, int Tokens, double Temperature, ulong Seed);

/// <summary>What is known of a chip's folder, for programs: <c>report.json</c>.</summary>
public sealed record ChipReport
{
    /// <summary>The file's name in a chip's folder.</summary>
    public const string FileName = "report.json";

    public const string CurrentFormat = "accel-rtl 2";

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Format { get; init; }

    public required string Top { get; init; }

    public required ModelOrigin Model { get; init; }

    public required int ContextLength { get; init; }

    public required int Lanes { get; init; }

    public required bool HasProbe { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Weights of all matrices.</summary>
    public required long Weights { get; init; }

    /// <summary>Bits of them and of their scales.</summary>
    public required long WeightBits { get; init; }

    /// <summary>Of a token of a prompt that is not its last.</summary>
    public required CycleRange PromptCycles { get; init; }

    /// <summary>Of a token behind which the likeliest follows.</summary>
    public required CycleRange GenerationCycles { get; init; }

    /// <summary>What a draw by temperature takes more.</summary>
    public required long DrawCycles { get; init; }

    public required AreaEstimate Area { get; init; }

    /// <summary>Adders on the longest way through a stage of matrices in style parallel.</summary>
    public required int AdderLevels { get; init; }

    /// <summary>Every matrix product, in the order of the steps.</summary>
    public required IReadOnlyList<MatrixEntry> Matrices { get; init; }

    public required TestEntry Tests { get; init; }

    public required IReadOnlyList<MemoryEntry> Memories { get; init; }

    public required IReadOnlyList<StepEntry> Steps { get; init; }

    /// <summary>The chip's own files, in an order in which each module is defined before its use.</summary>
    public required IReadOnlyList<FileEntry> Files { get; init; }

    /// <summary>The files that tools of a kind get, in order.</summary>
    public IReadOnlyList<string> FilesFor(DesignView view) =>
        [.. Files.Where(file => file.Use == FileUse.Both || file.Use == (view == DesignView.Simulation ? FileUse.Simulation : FileUse.Synthesis)).Select(file => file.Path)];

    public string Print() => JsonSerializer.Serialize(this, _options) + "\n";

    /// <param name="file">As errors name it.</param>
    /// <param name="text">The file's text.</param>
    /// <exception cref="InputException">No report, or one that leads out of its folder.</exception>
    public static ChipReport Parse(string file, string text)
    {
        ChipReport? report;
        try
        {
            report = JsonSerializer.Deserialize<ChipReport>(text, _options);
        }
        catch (JsonException e)
        {
            throw new InputException(file, e.Path ?? "", "the report of a chip", e.Message.Split('\n')[0]);
        }

        Demand(report?.Format == CurrentFormat, "format", CurrentFormat, report?.Format ?? "none");
        Demand(IsIdentifier(report!.Top), "top", "a module's name", report.Top);
        foreach (var entry in report.Files)
        {
            Demand(IsInside(entry.Path), "files", "a path within the folder", entry.Path);
        }

        return report;

        void Demand(bool holds, string place, string expected, string found)
        {
            if (!holds)
            {
                throw new InputException(file, place, expected, found);
            }
        }
    }

    private static bool IsIdentifier(string name) => name.Length is > 0 and <= 256 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Plain names with slashes: a path from a file must not become an option of a tool or leave the folder.</summary>
    private static bool IsInside(string path) =>
        path.Length is > 0 and <= 1024 && path.Split('/').All(part => part.Length > 0 && part[0] is not ('.' or '-') && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'));
}
