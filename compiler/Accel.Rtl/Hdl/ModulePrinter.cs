using System.Globalization;
using System.Numerics;
using System.Text;

namespace Accel.Rtl.Hdl;

/// <summary>Prints one module: ports, declarations, statements, registers.</summary>
internal sealed partial class ModulePrinter
{
    private const int MostColumns = 160;

    private readonly Module _module;
    private readonly StringBuilder _text = new();
    private readonly ExpressionPrinter _expressions;
    private readonly Dictionary<Node, Signal> _hoisted = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _hoistedNames = new(StringComparer.Ordinal);
    private readonly HashSet<Node> _shared;
    private string _target = "";

    public ModulePrinter(Module module)
    {
        _module = module;
        _shared = SharedExpressions.Of(module);
        _expressions = new(Hoist, _shared.Contains);
    }

    public string Print()
    {
        foreach (var line in Wrap(_module.Summary))
        {
            Line($"// {line}");
        }

        Header();
        Declarations();
        foreach (var statement in _module.Statements)
        {
            Print(statement);
        }

        RegisterBlocks();
        Line("endmodule");
        return _text.ToString();
    }

    private static IEnumerable<string> Wrap(string prose)
    {
        var line = new StringBuilder();
        foreach (var word in prose.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + word.Length > 110)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    private static string Type(Signal signal) =>
        (signal.IsSigned ? " signed" : "") + (signal.Width > 1 || signal.IsSigned ? string.Create(CultureInfo.InvariantCulture, $" [{signal.Width - 1}:0]") : "");

    private void Header()
    {
        var ports = new List<(string Text, string? Comment)>();
        if (_module.HasClock)
        {
            ports.Add(("input  wire clk", null));
        }

        if (_module.HasReset)
        {
            ports.Add(("input  wire rst_n", "synchronous, low"));
        }

        foreach (var signal in _module.Signals.Where(s => s.Kind is SignalKind.Input or SignalKind.Output))
        {
            ports.Add(($"{(signal.Kind == SignalKind.Input ? "input  wire" : "output wire")}{Type(signal)} {signal.Name}", signal.Comment));
        }

        if (_module.IsInline)
        {
            Line("(* inline *)");
        }

        if (_module.IsAdders)
        {
            Line("(* adders *)");
        }

        Line($"module {_module.Name} (");
        for (var i = 0; i < ports.Count; i++)
        {
            Line($"    {ports[i].Text}{(i < ports.Count - 1 ? "," : "")}{(ports[i].Comment is { } comment ? $" // {comment}" : "")}");
        }

        Line(");");
    }

    private void Declarations()
    {
        foreach (var register in _module.Registers)
        {
            var signal = register.Signal;
            Line($"    reg{Type(signal)} {signal.Name};{(signal.Comment is { } comment ? $" // {comment}" : "")}");
        }

        foreach (var constant in _module.StateMachines.SelectMany(machine => machine.States))
        {
            Line($"    localparam [{constant.Width - 1}:0] {constant.Name} = {ExpressionPrinter.Literal(constant.Value, constant.Width, false)};");
        }

        // Wires that are not declared where they are assigned.
        var declared = _module.Statements.OfType<AssignStatement>().Select(s => s.Target)
            .Concat(_module.Statements.OfType<LookupStatement>().Select(s => s.Target)).Concat(_module.ForwardWires).ToHashSet();
        foreach (var signal in _module.Signals.Where(s => s.Kind == SignalKind.Wire && !declared.Contains(s)))
        {
            Line($"    wire{Type(signal)} {signal.Name};");
        }

        foreach (var signal in _module.ForwardWires)
        {
            Line($"    wire{Type(signal)} {signal.Name};");
        }
    }

    private void Print(Statement statement)
    {
        _target = statement switch
        {
            AssignStatement s => s.Target.Name,
            LookupStatement s => s.Target.Name,
            MemoryStatement s => s.Name,
            InstanceStatement s => s.Instance.Name,
            _ => "",
        };
        switch (statement)
        {
            case CommentStatement comment:
                Line("");
                foreach (var line in Wrap(comment.Text))
                {
                    Line($"    // {line}");
                }

                break;
            case AssignStatement assign:
                var value = _expressions.PrintBare(assign.Value);
                var isDeclared = assign.Target.Kind == SignalKind.Output || _module.ForwardWires.Contains(assign.Target);
                var remark = assign.Target.Kind == SignalKind.Wire && assign.Target.Comment is { } text ? $" // {text}" : "";
                Line(isDeclared ? $"    assign {assign.Target.Name} = {value};" : $"    wire{Type(assign.Target)} {assign.Target.Name} = {value};{remark}");
                break;
            case LookupStatement lookup:
                PrintLookup(lookup);
                break;
            case MemoryStatement memory:
                PrintMemory(memory);
                break;
            case InstanceStatement instance:
                PrintInstance(instance.Instance);
                break;
        }
    }

    private void PrintLookup(LookupStatement lookup)
    {
        var selector = _expressions.PrintBare(lookup.Selector);
        var (width, bits) = (lookup.Target.Width, lookup.Selector.Width);
        Line($"    reg{Type(lookup.Target)} {lookup.Target.Name};");
        Line($"    always @*");
        Line($"        case ({selector})");
        for (var i = 0; i < lookup.Entries.Count; i++)
        {
            var comment = lookup.Comments?.Invoke(i) is { } remark ? $" // {remark}" : "";
            if (lookup.Entries[i].IsZero && comment.Length == 0)
            {
                continue;
            }

            Line($"            {ExpressionPrinter.Literal(i, bits, false)}: {lookup.Target.Name} = {ExpressionPrinter.Literal(lookup.Entries[i], width, false)};{comment}");
        }

        if (lookup.Entries.Count < BigInteger.One << bits || lookup.Entries.Any(entry => entry.IsZero))
        {
            Line($"            default: {lookup.Target.Name} = {ExpressionPrinter.Literal(0, width, false)};");
        }

        Line($"        endcase");
    }

    private void PrintMemory(MemoryStatement memory)
    {
        var lines = new List<string>
        {
            $"if ({_expressions.PrintBare(memory.Write)}) {memory.Name}[{_expressions.PrintBare(memory.Address)}] <= {_expressions.PrintBare(memory.Data)};",
        };
        foreach (var read in memory.Reads)
        {
            Line($"    reg{Type(read.Data)} {read.Data.Name};");
            lines.Add($"if ({_expressions.PrintBare(read.Enable)}) {read.Data.Name} <= {memory.Name}[{_expressions.PrintBare(read.Address)}];");
        }

        Line($"    reg{(memory.Width > 1 ? $" [{memory.Width - 1}:0]" : "")} {memory.Name} [0:{memory.Depth - 1}];");
        Line("    always @(posedge clk) begin");
        foreach (var line in lines)
        {
            Line($"        {line}");
        }

        Line("    end");
    }

    private void PrintInstance(Instance instance)
    {
        var connections = new List<string>();
        if (instance.Module.HasClock)
        {
            connections.Add(".clk(clk)");
        }

        if (instance.Module.HasReset)
        {
            connections.Add(".rst_n(rst_n)");
        }

        foreach (var port in instance.Module.Signals)
        {
            if (port.Kind == SignalKind.Input)
            {
                connections.Add($".{port.Name}({Connection(instance.Inputs[port.Name])})");
            }
            else if (port.Kind == SignalKind.Output)
            {
                connections.Add(instance.Outputs.TryGetValue(port.Name, out var wire) ? $".{port.Name}({wire.Name})" : $".{port.Name}()");
            }
        }

        Line($"    {instance.Module.Name} {instance.Name} (");
        Line($"        {string.Join(",\n        ", connections)}");
        Line("    );");
    }

    /// <summary>What a port is connected to. Yosys 0.23 fails on a conversion of signedness there, so that gets a wire.</summary>
    private string Connection(Node value)
    {
        var text = _expressions.PrintBare(value);
        return text.Contains('$', StringComparison.Ordinal) ? Hoist(value).Name : text;
    }

    private Signal Hoist(Node node)
    {
        if (!_hoisted.TryGetValue(node, out var signal))
        {
            var value = _expressions.PrintDefinition(node);
            signal = new Signal(FreeName(), node.Width, node.IsSigned, SignalKind.Wire, null);
            _hoisted.Add(node, signal);
            Line($"    wire{Type(signal)} {signal.Name} = {value};");
        }

        return signal;
    }

    /// <summary>A name after what is being printed: <c>sum_1</c>, <c>sum_2</c>.</summary>
    private string FreeName()
    {
        for (var i = 1; ; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_target}_{i}");
            if (!_module.HasName(name) && _hoistedNames.Add(name))
            {
                return name;
            }
        }
    }

    /// <summary>A line, or several where it is long; comments stay whole.</summary>
    private void Line(string line)
    {
        var start = 0;
        var mayBreak = !line.Contains("//", StringComparison.Ordinal);
        while (mayBreak && line.Length - start > MostColumns)
        {
            var space = line.LastIndexOf(' ', start + MostColumns, MostColumns / 2);
            if (space < 0)
            {
                break;
            }

            _text.Append(line, start, space - start).Append("\n            ");
            start = space + 1;
        }

        _text.Append(line, start, line.Length - start).Append('\n');
    }
}
