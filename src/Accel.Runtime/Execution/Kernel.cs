using Accel.Graph;

namespace Accel.Runtime.Execution;

/// <summary>What a kernel is bound to: the node, its memory, and the threads that may share the work.</summary>
/// <param name="Node">What to compute.</param>
/// <param name="Operands">In the order of the node.</param>
/// <param name="Results">In the order of the node; a next state shares the memory of its state.</param>
/// <param name="Workers">Threads.</param>
/// <param name="Limits">Greatest extents of a step.</param>
internal sealed record KernelSite(Node Node, ValueMemory[] Operands, ValueMemory[] Results, WorkerPool Workers, SessionLimits Limits);

/// <summary>The greatest extents for which memory is laid out.</summary>
/// <param name="Tokens">Tokens of one step.</param>
/// <param name="Capacity">Positions of a full KV cache.</param>
internal readonly record struct SessionLimits(int Tokens, int Capacity);

/// <summary>
/// The computation of one node, bound to its memory. Runs at each step; allocates nothing then.
/// </summary>
internal abstract class Kernel
{
    /// <summary>Computes rows <c>[first, first + count)</c> of the results.</summary>
    /// <param name="first">First row; 0 for a kernel that is not row-wise.</param>
    /// <param name="count">Rows; all of the step's for a kernel that is not row-wise.</param>
    /// <param name="step">Tokens of the step and position before it.</param>
    public abstract void Run(int first, int count, in StepShape step);
}
