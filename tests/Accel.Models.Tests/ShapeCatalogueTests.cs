using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Tests.Shared;

namespace Accel.Models.Tests;

/// <summary>The catalogue of shapes: what is bundled can be named and has the parameters it should; what is not supported is refused by name.</summary>
public sealed class ShapeCatalogueTests
{
    /// <summary>Published counts are rounded figures for some models; the largest distance is that of stories110M.</summary>
    private const double PublishedRounding = 0.005;

    public static TheoryData<string> Bundled => [.. Names(Path.Combine(Repository.Root!, "models", "shapes"))];

    public static TheoryData<string> Shared =>
        Repository.Root is { } root && Path.Combine(root, "..", "shared", "models", "shapes") is var folder && Directory.Exists(folder) ? [.. Names(folder)] : [""];

    [Theory]
    [MemberData(nameof(Bundled))]
    public void A_bundled_shape_has_the_parameters_that_were_published(string name)
    {
        var model = ModelLoader.Load(name);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root!, "models", "shapes", $"{name}.json")));
        var published = json.RootElement.GetProperty("_params_published").GetInt64();
        var parameters = model.Graph.Parameters.Sum(parameter => parameter.Type.Shape.Elements);
        Assert.InRange(parameters, published * (1 - PublishedRounding), published * (1 + PublishedRounding));
        Assert.False(model.HasWeights);
    }

    [SkippableTheory]
    [MemberData(nameof(Shared))]
    public void Every_shape_is_bundled_or_refused_by_its_architecture(string name)
    {
        var file = SharedData.Path("models", "shapes", $"{name}.json");
        using var shared = JsonDocument.Parse(File.ReadAllText(file));
        if (ModelLoader.BundledNames.Contains(name))
        {
            using var bundled = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root!, "models", "shapes", $"{name}.json")));
            Assert.Equal(Meaning(shared), Meaning(bundled));
        }
        else
        {
            var fault = Assert.Throws<InputException>(() => ModelLoader.Load(file));
            Assert.Equal($"'{shared.RootElement.GetProperty("model_type").GetString()}'", Assert.Single(fault.Faults).Found);
        }
    }

    /// <summary>Keys with an underscore say where the others come from.</summary>
    private static Dictionary<string, string> Meaning(JsonDocument shape) =>
        shape.RootElement.EnumerateObject().Where(p => p.Name[0] != '_').ToDictionary(p => p.Name, p => p.Value.GetRawText().ReplaceLineEndings("").Replace(" ", ""));

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name[0] != '_').Order(StringComparer.Ordinal);
}
