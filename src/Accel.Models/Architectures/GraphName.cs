namespace Accel.Models.Architectures;

/// <summary>Makes a graph's name of a model's: letters, digits, '_', '.' and '-', beginning with a letter.</summary>
internal static class GraphName
{
    private const int Longest = 64;

    public static string From(string modelName)
    {
        var kept = modelName.Trim().Take(Longest).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_').ToArray();
        var name = new string(kept).Trim('_', '.', '-');
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"model_{name}";
    }
}
