using Accel.Core.Diagnostics;

namespace Accel.Core.Tests.Diagnostics;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("colums", "columns")]
    [InlineData("rwos", "rows")]
    [InlineData("quite-different", null)]
    public void A_misspelt_name_finds_the_nearest_known_one(string name, string? expected) =>
        Assert.Equal(expected, Suggestion.For(name, ["rows", "columns", "dataflow"]));
}
