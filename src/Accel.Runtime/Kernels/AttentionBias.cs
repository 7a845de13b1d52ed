using Accel.Graph.Ops;

namespace Accel.Runtime.Kernels;

/// <summary>What is added to scores by distance: ALiBi's slopes or T5's bucket table.</summary>
internal abstract class AttentionBias
{
    /// <summary>Adds the bias to the scores of keys at distances <c>nearest, nearest + 1, ..</c> (key position minus query position).</summary>
    public abstract void Add(int head, long first, Span<float> scores);

    /// <summary>The bias of an op, or null.</summary>
    public static AttentionBias? Create(Attention op, int heads, float[] table) =>
        op.AlibiMaxBias > 0 ? new Alibi(heads, op.AlibiMaxBias)
        : op.RelativeBuckets > 0 ? new Buckets(table, heads, op.RelativeBuckets, op.RelativeMaxDistance, bidirectional: !op.Causal)
        : null;

    /// <summary><c>s -= slope[head] * (query - key)</c>; for head counts that are no power of two the slopes of 2H fill in, every other one.</summary>
    internal sealed class Alibi : AttentionBias
    {
        public Alibi(int heads, double maxBias)
        {
            var floor = 1 << (int)Math.Log2(heads);
            Slopes = new float[heads];
            for (var head = 0; head < heads; head++)
            {
                Slopes[head] = head < floor
                    ? (float)Math.Pow(2, -maxBias * (head + 1) / floor)
                    : (float)Math.Pow(2, -maxBias * ((2 * (head - floor)) + 1) / (2.0 * floor));
            }
        }

        public float[] Slopes { get; }

        public override void Add(int head, long first, Span<float> scores)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += Slopes[head] * (first + i);
            }
        }
    }

    /// <summary>A learned bias per bucket of distance and head: <c>table [buckets, H]</c>.</summary>
    internal sealed class Buckets(float[] table, int heads, long buckets, long maxDistance, bool bidirectional) : AttentionBias
    {
        public override void Add(int head, long first, Span<float> scores)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += table[(Bucket(first + i, buckets, maxDistance, bidirectional) * heads) + head];
            }
        }

        /// <summary>The bucket of a distance, key minus query: exact near, logarithmic beyond, one for all from the greatest distance on.</summary>
        /// <remarks>Source: T5 as in huggingface/transformers, modeling_t5.py.</remarks>
        public static long Bucket(long distance, long buckets, long maxDistance, bool bidirectional)
        {
            var offset = 0L;
            if (bidirectional)
            {
                buckets /= 2;
                offset = distance > 0 ? buckets : 0;
                distance = Math.Abs(distance);
            }
            else
            {
                distance = Math.Max(-distance, 0);
            }

            var exact = buckets / 2;
            if (distance < exact)
            {
                return offset + distance;
            }

            var beyond = exact + (long)(Math.Log((double)distance / exact) / Math.Log((double)maxDistance / exact) * (buckets - exact));
            return offset + Math.Min(beyond, buckets - 1);
        }
    }
}
