namespace Accel.Report.Results;

/// <summary>The model as it is compiled.</summary>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="WeightFormat">Of the integer model: <c>int8</c>.</param>
/// <param name="WeightBytes">Of the integer model, scales included.</param>
/// <param name="ContextLength">Positions, as trained.</param>
/// <param name="Layers">In order; embedding and head among them.</param>
public sealed record ModelResult(
    string Name, string Architecture, long Parameters, string WeightFormat, long WeightBytes, long ContextLength, long VocabularySize,
    IReadOnlyList<LayerResult> Layers);

/// <summary>One layer.</summary>
/// <param name="Name"><c>layers.2</c>, <c>embedding</c>.</param>
/// <param name="Block">What mixes its tokens: <c>full attention</c>.</param>
/// <param name="Parts">Parameters by part: mixer, MLP.</param>
/// <param name="StateBytes">What it keeps of a sequence at the context compiled for.</param>
public sealed record LayerResult(string Name, string Block, IReadOnlyList<PartResult> Parts, long StateBytes);

/// <summary>A part of a layer.</summary>
public sealed record PartResult(string Name, long Parameters);
