using System.Numerics;

namespace Accel.Rtl.Hdl;

/// <summary>What a module's text consists of, beside its declarations and registers; printed in the order of making.</summary>
internal abstract record Statement;

internal sealed record AssignStatement(Signal Target, Node Value) : Statement;

internal sealed record LookupStatement(Signal Target, Node Selector, IReadOnlyList<BigInteger> Entries, Func<int, string?>? Comments) : Statement;

internal sealed record MemoryRead(Node Enable, Node Address, Signal Data);

internal sealed record MemoryStatement(string Name, int Depth, int Width, Node Write, Node Address, Node Data, IReadOnlyList<MemoryRead> Reads) : Statement;

internal sealed record InstanceStatement(Instance Instance) : Statement;

internal sealed record CommentStatement(string Text) : Statement;
