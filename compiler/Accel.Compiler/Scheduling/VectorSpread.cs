using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Compiler.Scheduling;

/// <summary>
/// Cuts a vector command into one part per vector unit where that is worth the two synchronisations it takes. What has a row per token is cut by
/// tokens, each unit taking every n-th; a lone token's lanes, and what runs along the tokens (convolutions, scans), by columns.
/// </summary>
internal sealed class VectorSpread
{
    /// <summary>Cycles of one unit below which a command is left whole: to hand out parts and to gather them takes some tens.</summary>
    private const int LeastCycles = 64;

    private readonly int _units;
    private readonly int _lanes;
    private readonly Expression _tokens;
    private readonly Register[] _counts;

    /// <param name="stream">In which the units' numbers of tokens are worked out.</param>
    /// <param name="units">Vector units that take part.</param>
    /// <param name="lanes">Of a unit.</param>
    /// <param name="tokens">Of a run.</param>
    public VectorSpread(CommandStream stream, int units, int lanes, Expression tokens)
    {
        (_units, _lanes, _tokens) = (units, lanes, tokens);
        _counts = tokens.IsConstant ? [] : new Register[units];
        for (var unit = 0; unit < _counts.Length; unit++)
        {
            _counts[unit] = stream.NewRegister();
        }

        for (var unit = 0; unit < _counts.Length; unit++)
        {
            stream.Set(_counts[unit], SetFunction.FloorDivide, tokens + (units - 1 - unit), units);
        }
    }

    /// <summary>The parts, one for each unit from 0 on; none where the command stays whole.</summary>
    /// <param name="registers">At which the command is greatest.</param>
    public IReadOnlyList<VectorCommand> Parts(VectorCommand command, ReadOnlySpan<long> registers)
    {
        if (Destination(command) is not { } destination)
        {
            return [];
        }

        var size = destination.Resolve(registers);
        if (size.RowCount * size.Columns < (long)LeastCycles * _lanes)
        {
            return [];
        }

        var isLone = size.RowCount == 1;
        return command switch
        {
            Scan or Convolve => ByColumns(command, (int)size.Columns),
            Elementwise or Apply or Lookup when isLone => ByColumns(command, (int)size.Columns),
            _ when _counts.Length > 0 && (destination.Planes == _tokens || destination.Rows == _tokens) =>
                ByTokens(command),
            _ => [],
        };
    }

    private VectorCommand[] ByTokens(VectorCommand command)
    {
        var parts = new VectorCommand[_units];
        for (var i = 0; i < parts.Length; i++)
        {
            var unit = i;
            parts[i] = Edit(command, view => OfTokens(view, unit));
        }

        return parts;
    }

    private static View? Destination(VectorCommand command) => command switch
    {
        Elementwise lanes => lanes.Destination,
        Apply apply => apply.Destination,
        Lookup lookup => lookup.Destination,
        QuantizeRows rows => rows.Codes,
        NormalizeRows norm => norm.Destination,
        Rotate rotate => rotate.Destination,
        Scan scan => scan.Destination,
        Convolve convolve => convolve.Destination,
        _ => null,
    };

    private VectorCommand[] ByColumns(VectorCommand command, int columns)
    {
        var share = (columns + _units - 1) / _units;
        var parts = new List<VectorCommand>();
        for (var start = 0; start < columns; start += share)
        {
            var (first, count) = (start, Math.Min(share, columns - start));
            View Columns(View view) => view.Columns == columns
                ? view with { Address = view.Address + (first * view.ColumnStride), Columns = count }
                : view;
            var part = Edit(command, Columns);
            parts.Add(part is Convolve convolve
                ? convolve with { Taps = convolve.Taps with { Address = convolve.Taps.Address + (first * convolve.Taps.RowStride), Rows = count } }
                : part);
        }

        return [.. parts];
    }

    /// <summary>Every n-th token; what does not go along the tokens serves all.</summary>
    private View OfTokens(View view, int unit) =>
        view.Planes == _tokens
            ? view with { Address = view.Address + (unit * view.PlaneStride), PlaneStride = _units * view.PlaneStride, Planes = _counts[unit] }
            : view.Rows == _tokens
                ? view with { Address = view.Address + (unit * view.RowStride), RowStride = _units * view.RowStride, Rows = _counts[unit] }
                : view;

    private static VectorCommand Edit(VectorCommand command, Func<View, View> edit)
    {
        Operand Of(Operand operand) => operand.View is { } view ? edit(view) : operand;
        return command switch
        {
            Elementwise lanes => lanes with
            {
                Left = Of(lanes.Left), Right = Of(lanes.Right), Addend = Of(lanes.Addend), ShiftBy = Of(lanes.ShiftBy), Destination = edit(lanes.Destination),
            },
            Apply apply => apply with { Source = edit(apply.Source), Destination = edit(apply.Destination) },
            Lookup lookup => lookup with { Source = edit(lookup.Source), Destination = edit(lookup.Destination) },
            QuantizeRows rows => rows with { Source = edit(rows.Source), Codes = edit(rows.Codes), Scale = edit(rows.Scale) },
            NormalizeRows norm => norm with { Source = edit(norm.Source), Destination = edit(norm.Destination) },
            Rotate rotate => rotate with
            {
                Source = edit(rotate.Source), Destination = edit(rotate.Destination), Cosines = edit(rotate.Cosines), Sines = edit(rotate.Sines),
            },
            Scan scan => scan with
            {
                Decay = edit(scan.Decay), Gate = Of(scan.Gate), Input = edit(scan.Input), State = edit(scan.State), Destination = edit(scan.Destination),
            },
            Convolve convolve => convolve with { Source = edit(convolve.Source), Bias = Of(convolve.Bias), Destination = edit(convolve.Destination) },
            _ => throw new System.Diagnostics.UnreachableException($"{command.Mnemonic} is not cut"),
        };
    }
}
