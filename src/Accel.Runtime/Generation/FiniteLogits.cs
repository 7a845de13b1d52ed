using System.Numerics.Tensors;
using Accel.Core.Diagnostics;

namespace Accel.Runtime.Generation;

/// <summary>Refuses logits from which no probability can be made: finite weights can still overflow on their way.</summary>
public static class FiniteLogits
{
    /// <param name="logits">After one token.</param>
    /// <param name="model">For the message.</param>
    /// <param name="position">Of that token, from 0.</param>
    /// <exception cref="InputException">NaN or infinity among them.</exception>
    public static void Require(ReadOnlySpan<float> logits, string model, long position)
    {
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude(logits)))
        {
            throw new InputException(model, $"position {position}", "finite logits", "NaN or infinity: the values of this model overflow");
        }
    }
}
