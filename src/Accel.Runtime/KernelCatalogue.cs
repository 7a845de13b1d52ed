using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;
using Accel.Runtime.Kernels;

namespace Accel.Runtime;

/// <summary>The reference kernel of each op, one line each.</summary>
internal static class KernelCatalogue
{
    private static readonly Dictionary<Type, Func<KernelSite, Kernel>> _all = new()
    {
        [typeof(Affine)] = site => new AffineKernel(site),
        [typeof(Attention)] = site => new AttentionKernel(site),
        [typeof(BatchMatMul)] = site => new BatchMatMulKernel(site),
        [typeof(Binary)] = site => new BinaryKernel(site),
        [typeof(BlockLinear)] = site => new BlockLinearKernel(site),
        [typeof(CausalConv)] = site => new CausalConvKernel(site),
        [typeof(Clamp)] = site => new ClampKernel(site),
        [typeof(CombineExperts)] = site => new CombineExpertsKernel(site),
        [typeof(Concat)] = site => new ConcatKernel(site),
        [typeof(Embedding)] = site => new EmbeddingKernel(site),
        [typeof(ExpertLinear)] = site => new ExpertLinearKernel(site),
        [typeof(GatedDelta)] = site => new GatedDeltaKernel(site),
        [typeof(L2Norm)] = site => new L2NormKernel(site),
        [typeof(LayerNorm)] = site => new LayerNormKernel(site),
        [typeof(Linear)] = site => new LinearKernel(site),
        [typeof(Positions)] = site => new PositionsKernel(site),
        [typeof(Reduce)] = site => new ReduceKernel(site),
        [typeof(Repeat)] = site => new RepeatKernel(site),
        [typeof(RgLru)] = site => new RgLruKernel(site),
        [typeof(RmsNorm)] = site => new RmsNormKernel(site),
        [typeof(Rope)] = site => new RopeKernel(site),
        [typeof(Route)] = site => new RouteKernel(site),
        [typeof(SelectiveScan)] = site => new SelectiveScanKernel(site),
        [typeof(SoftCap)] = site => new SoftCapKernel(site),
        [typeof(Softmax)] = site => new SoftmaxKernel(site),
        [typeof(Split)] = site => new SplitKernel(site),
        [typeof(StateSpaceDual)] = site => new StateSpaceDualKernel(site),
        [typeof(TokenShift)] = site => new TokenShiftKernel(site),
        [typeof(Unary)] = site => new UnaryKernel(site),
        [typeof(Wkv6)] = site => new Wkv6Kernel(site),
        [typeof(Wkv7)] = site => new Wkv7Kernel(site),
    };

    /// <summary>The kernel of a node. <see cref="Reshape"/> has none: its result is its operand's memory.</summary>
    public static Kernel Create(KernelSite site) =>
        _all.TryGetValue(site.Node.Op.GetType(), out var create)
            ? create(site)
            : throw new IrException(site.Node.Op.Mnemonic, "reference kernel", "one in the catalogue", "none");

    /// <summary>Whether an op can be executed.</summary>
    public static bool Has(Type op) => op == typeof(Reshape) || _all.ContainsKey(op);
}
