using Accel.Graph;
using Accel.Graph.Ops;
using Accel.Runtime.Execution;

namespace Accel.Runtime.Kernels;

/// <summary>Chooses experts by repeated search for the greatest score left: ties go to the lowest index. In double throughout.</summary>
internal sealed class RouteKernel : Kernel
{
    private readonly Route _op;
    private readonly ValueMemory _logits;
    private readonly ValueMemory _experts;
    private readonly ValueMemory _weights;
    private readonly float[]? _bias;

    /// <summary>What an expert's weight is made of, <c>[E]</c>.</summary>
    private readonly double[] _scores;

    /// <summary>What it is chosen by, <c>[E]</c>; NaN for one that may not be chosen (any more).</summary>
    private readonly double[] _choice;
    private readonly double[] _groupScores;
    private readonly double[] _group;

    public RouteKernel(KernelSite site)
    {
        _op = (Route)site.Node.Op;
        (_logits, _experts, _weights) = (site.Operands[0], site.Results[0], site.Results[1]);
        _bias = _op.Bias ? site.Operands[1].Constant : null;
        var experts = (int)site.Node.Operands[0].Type.Shape.Last.Value;
        _scores = new double[experts];
        _choice = new double[experts];
        _groupScores = new double[_op.Groups];
        _group = new double[_op.Groups == 0 ? 0 : experts / _op.Groups];
    }

    public override void Run(int first, int count, in StepShape step)
    {
        var chosen = (int)_op.TopK;
        for (var row = first; row < first + count; row++)
        {
            Score(_logits.Read(row, 1));
            if (_op.Groups > 0)
            {
                DropGroups();
            }

            var experts = _experts.Ints.AsSpan(row * chosen, chosen);
            foreach (ref var expert in experts)
            {
                expert = TakeGreatest(_choice);
            }

            Weigh(experts, _weights.Row(row));
        }
    }

    private void Score(ReadOnlySpan<float> logits)
    {
        var max = double.NegativeInfinity;
        for (var i = 0; i < logits.Length; i++)
        {
            _scores[i] = logits[i];
            max = Math.Max(max, logits[i]);
        }

        if (_op.Score == RouteScore.Softmax)
        {
            var sum = 0.0;
            foreach (ref var score in _scores.AsSpan())
            {
                score = Math.Exp(score - max);
                sum += score;
            }

            foreach (ref var score in _scores.AsSpan())
            {
                score /= sum;
            }
        }
        else if (_op.Score == RouteScore.Sigmoid)
        {
            foreach (ref var score in _scores.AsSpan())
            {
                score = 1 / (1 + Math.Exp(-score));
            }
        }

        for (var i = 0; i < logits.Length; i++)
        {
            _choice[i] = Ordered(_scores[i] + (_bias is null ? 0 : _bias[i]));
        }
    }

    /// <summary>Bars the experts of all groups but the best; a group is as good as the sum of its best few experts.</summary>
    private void DropGroups()
    {
        for (var group = 0; group < _groupScores.Length; group++)
        {
            _choice.AsSpan(group * _group.Length, _group.Length).CopyTo(_group);
            _groupScores[group] = 0;
            for (var i = 0; i < _op.GroupTop; i++)
            {
                _groupScores[group] += _choice[(group * _group.Length) + TakeGreatest(_group)];
            }

            _groupScores[group] = Ordered(_groupScores[group]);
        }

        for (var kept = 0; kept < _op.GroupsKept; kept++)
        {
            TakeGreatest(_groupScores);
        }

        for (var group = 0; group < _groupScores.Length; group++)
        {
            if (!double.IsNaN(_groupScores[group]))
            {
                _choice.AsSpan(group * _group.Length, _group.Length).Fill(double.NaN);
            }
        }
    }

    /// <summary>A score that can be compared: one that is no number comes last.</summary>
    private static double Ordered(double score) => double.IsNaN(score) ? double.NegativeInfinity : score;

    /// <summary>The lowest index of the greatest score, which is then barred.</summary>
    private static int TakeGreatest(Span<double> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best] || (double.IsNaN(scores[best]) && !double.IsNaN(scores[i])))
            {
                best = i;
            }
        }

        scores[best] = double.NaN;
        return best;
    }

    private void Weigh(ReadOnlySpan<int> experts, Span<float> weights)
    {
        var isSoftmax = _op.Score == RouteScore.SoftmaxOfSelected;
        var max = double.NegativeInfinity;
        foreach (var expert in experts)
        {
            max = Math.Max(max, _scores[expert]);
        }

        var sum = 0.0;
        foreach (var expert in experts)
        {
            sum += isSoftmax ? Math.Exp(_scores[expert] - max) : _scores[expert];
        }

        var factor = isSoftmax ? _op.Scale / sum : _op.Renormalise ? _op.Scale / (sum + Smallest) : _op.Scale;
        for (var i = 0; i < experts.Length; i++)
        {
            var score = _scores[experts[i]];
            weights[i] = (float)((isSoftmax ? Math.Exp(score - max) : score) * factor);
        }
    }

    /// <summary>Keeps a sum of underflown scores from dividing by zero, as DeepSeek-V3's published code does.</summary>
    private const double Smallest = 1e-20;
}
