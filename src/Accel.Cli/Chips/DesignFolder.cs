using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Rtl.Hdl;
using Accel.Rtl.Packaging;

namespace Accel.Cli.Chips;

/// <summary>A folder with Verilog: a chip that <c>rtl emit</c> wrote, or any other whose top is named.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Weights">Of all matrices; null where it is not known.</param>
internal sealed record DesignFolder(string Path, string Name, string Top, long? Weights, IReadOnlyList<KeyValuePair<string, string>> Sources)
{
    private const int MostBytes = 256 << 20;

    /// <param name="top">The module to take for the whole; null for the chip's own.</param>
    /// <exception cref="InputException">No such folder, or no chip in it and no top named.</exception>
    public static DesignFolder Open(DirectoryInfo folder, string? top)
    {
        var path = folder.ToString();
        if (!folder.Exists)
        {
            throw new InputException(path, "", "a folder with Verilog", "no such folder");
        }

        var reportFile = System.IO.Path.Combine(path, ChipReport.FileName);
        if (File.Exists(reportFile) && TextFile.Read(new FileInfo(reportFile), MostBytes) is var text && text.Contains(ChipReport.CurrentFormat, StringComparison.Ordinal))
        {
            var report = ChipReport.Parse(reportFile, text);
            return new(path, report.Model.Name, top ?? report.Top, top is null || top == report.Top ? report.Weights : null, [.. report.FilesFor(DesignView.Synthesis).Select(file => Read(path, file))]);
        }

        if (top is null)
        {
            throw new InputException("--top", "", "the module to map", "none, and no report of a chip in the folder");
        }

        // Benches are not to be mapped.
        var inside = System.IO.Path.Combine(path, "rtl");
        var place = Directory.Exists(inside) ? inside : path;
        var files = Directory.GetFiles(place, "*.v").Order(StringComparer.Ordinal).Select(file => Read(path, System.IO.Path.GetRelativePath(path, file))).ToList();
        return files.Count > 0 ? new(path, top, top, null, files) : throw new InputException(place, "", "files of Verilog (*.v)", "none");
    }

    private static KeyValuePair<string, string> Read(string folder, string file)
    {
        var path = System.IO.Path.Combine(folder, file);
        return new(path, TextFile.Read(new FileInfo(path), MostBytes));
    }
}
