using System.Text.Json;
using Accel.Tests.Shared;

namespace Accel.Runtime.Tests.Blocks;

/// <summary>One block of <c>golden/blocks.json</c>: inputs and the float64 results of an independent evaluation.</summary>
internal sealed class Golden(string block)
{
    private readonly JsonElement _block = JsonDocument.Parse(File.ReadAllText(SharedData.Path("golden", "blocks.json"))).RootElement.GetProperty(block);

    public double Number(string name) => _block.GetProperty(name).GetDouble();

    public double[] Numbers(string name) => Numbers(_block.GetProperty(name));

    public double[][] Rows(string name) => [.. _block.GetProperty(name).EnumerateArray().Select(Numbers)];

    /// <summary>A list of numbers as rows of one.</summary>
    public double[][] Column(string name) => [.. Numbers(name).Select(number => new[] { number })];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
