using System.Xml.Linq;
using Accel.Tests.Shared;

namespace Accel.EndToEnd.Tests.Structure;

/// <summary>The arrows between projects: who may know whom.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Accel.Core"] = [],
        ["Accel.Hardware"] = ["Accel.Core"],
        ["Accel.Graph"] = ["Accel.Core"],
        ["Accel.Models"] = ["Accel.Graph"],
        ["Accel.Isa"] = ["Accel.Hardware"],
        ["Accel.Runtime"] = ["Accel.Graph"],
        ["Accel.Compiler"] = ["Accel.Graph", "Accel.Hardware", "Accel.Isa"],
        ["Accel.Dram"] = ["Accel.Core"],
        ["Accel.Sim"] = ["Accel.Hardware", "Accel.Isa", "Accel.Dram"],
        ["Accel.Report"] = ["Accel.Core"],
        ["Accel.Rtl"] = ["Accel.Graph", "Accel.Hardware", "Accel.Compiler"],
    };

    public static TheoryData<string> Projects =>
    [
        .. new[] { "src", "compiler", "sim" }
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal),
    ];

    private static string Root => Repository.Root!;

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_follow_the_arrows(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var references = XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .ToArray();
        if (name == "Accel.Cli")
        {
            return;
        }

        Assert.True(_allowed.ContainsKey(name), $"{name} has no place in the list of arrows");
        Assert.All(references, reference => Assert.Contains(reference, _allowed[name]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_in_the_solution(string project) =>
        Assert.Contains(project.Replace('/', '\\'), File.ReadAllText(Path.Combine(Root, "Accel.sln")));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_has_a_test_project(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(File.Exists(Path.Combine(Root, "tests", $"{name}.Tests", $"{name}.Tests.csproj")), $"{name} has no test project");
    }
}
