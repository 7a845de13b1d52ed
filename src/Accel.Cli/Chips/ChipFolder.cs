using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using Accel.Rtl.Packaging;
using Accel.Rtl.Verification;

namespace Accel.Cli.Chips;

/// <summary>A folder that <c>rtl emit</c> wrote, read back.</summary>
internal sealed record ChipFolder(string Path, ChipReport Report, IReadOnlyList<TestRun> Runs)
{
    private const int MostBytes = 256 << 20;

    /// <exception cref="InputException">No such folder, or files that are not what emit writes.</exception>
    public static ChipFolder Open(DirectoryInfo folder)
    {
        var path = folder.ToString();
        if (!folder.Exists)
        {
            throw new InputException(path, "", "a folder that `accel rtl emit` wrote", "no such folder");
        }

        string Read(string name) => TextFile.Read(new FileInfo(System.IO.Path.Combine(path, name)), MostBytes);
        var reportFile = System.IO.Path.Combine(path, ChipReport.FileName);
        var report = ChipReport.Parse(reportFile, Read(ChipReport.FileName));
        var runs = TestVectors.Parse(System.IO.Path.Combine(path, ChipPackage.VectorsName), Read(ChipPackage.VectorsName));
        foreach (var file in report.Files.Select(file => file.Path).Concat(TestBench.Sources.Keys).Where(file => !File.Exists(System.IO.Path.Combine(path, file))))
        {
            throw new InputException(reportFile, file, "a file of the folder", "no such file");
        }

        foreach (var token in runs.SelectMany(run => run.Prompt.Concat(run.Tokens)).Where(token => token >= report.VocabularySize))
        {
            throw new InputException(System.IO.Path.Combine(path, ChipPackage.VectorsName), "", $"tokens below {report.VocabularySize}", $"{token}");
        }

        return new(path, report, runs);
    }

    /// <summary>The files that are not as they were emitted.</summary>
    public IEnumerable<string> ChangedFiles() =>
        Report.Files.Where(file => ChipPackage.Fingerprint(MappedFile.ReadAll(System.IO.Path.Combine(Path, file.Path), MostBytes)) != file.Sha256).Select(file => file.Path);
}
