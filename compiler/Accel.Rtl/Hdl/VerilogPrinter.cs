using System.Globalization;
using System.Numerics;
using System.Text;

namespace Accel.Rtl.Hdl;

/// <summary>Prints modules as Verilog-2001: the same module gives the same text, always.</summary>
public static class VerilogPrinter
{
    /// <summary>A module and all that it instantiates, each once, what is used before what uses it.</summary>
    /// <exception cref="InvalidOperationException">Two different modules of one name, or one that is incomplete.</exception>
    public static IReadOnlyList<VerilogFile> Print(Module top)
    {
        var files = new List<VerilogFile>();
        var modules = new Dictionary<string, Module>(StringComparer.Ordinal);
        Visit(top);
        return files;

        void Visit(Module module)
        {
            if (modules.TryGetValue(module.Name, out var known))
            {
                if (!ReferenceEquals(known, module))
                {
                    throw new InvalidOperationException($"two modules are called '{module.Name}'");
                }

                return;
            }

            modules.Add(module.Name, module);
            foreach (var instance in module.Instances)
            {
                Visit(instance.Module);
            }

            files.Add(new(module.Name, new ModulePrinter(module).Print()));
        }
    }

    /// <summary>The same as one text.</summary>
    public static string PrintText(Module top) => string.Join('\n', Print(top).Select(file => file.Text));
}

/// <summary>The text of one module.</summary>
/// <param name="Name">The module; the file's name is this and <c>.v</c>.</param>
public sealed record VerilogFile(string Name, string Text);

/// <summary>Prints one module: ports, declarations, statements, registers.</summary>
internal sealed class ModulePrinter
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
        _module.Verify();
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
        var assigned = _module.Statements.OfType<AssignStatement>().Select(s => s.Target).ToHashSet();
        foreach (var signal in _module.Signals.Where(s => s.Kind == SignalKind.Wire))
        {
            if (!assigned.Contains(signal) && !_module.ForwardWires.Contains(signal) && !_module.Statements.OfType<LookupStatement>().Any(s => s.Target == signal))
            {
                Line($"    wire{Type(signal)} {signal.Name};");
            }
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
            Line($"            {ExpressionPrinter.Literal(i, bits, false)}: {lookup.Target.Name} = {ExpressionPrinter.Literal(lookup.Entries[i], width, false)};{comment}");
        }

        if (lookup.Entries.Count < BigInteger.One << bits)
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
                connections.Add($".{port.Name}({_expressions.PrintBare(instance.Inputs[port.Name])})");
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

    /// <summary>Registers that change under the same conditions share a block.</summary>
    private void RegisterBlocks()
    {
        var blocks = new List<(List<string> Conditions, List<Register> Registers)>();
        var byKey = new Dictionary<string, List<Register>>(StringComparer.Ordinal);
        foreach (var register in _module.Registers)
        {
            _target = register.Signal.Name;
            var conditions = register.Writes.Select(w => w.Condition is { } condition ? _expressions.PrintBare(condition) : "").ToList();
            var key = $"{register.ResetValue is not null}|{string.Join('|', conditions)}";
            if (!byKey.TryGetValue(key, out var registers))
            {
                byKey.Add(key, registers = []);
                blocks.Add((conditions, registers));
            }

            registers.Add(register);
        }

        foreach (var (conditions, registers) in blocks)
        {
            if (conditions.Count > 0)
            {
                PrintBlock(conditions, registers);
            }
        }
    }

    private void PrintBlock(List<string> conditions, List<Register> registers)
    {
        var branches = new List<(string Head, List<string> Body)>();
        if (registers[0].ResetValue is not null)
        {
            branches.Add(("if (!rst_n)", [.. registers.Select(r => Assignment(r, r.ResetValue!))]));
        }

        for (var i = 0; i < conditions.Count; i++)
        {
            var head = conditions[i].Length > 0 ? $"if ({conditions[i]})" : "";
            var body = registers.Select(r => Assignment(r, r.Writes[i].Value)).ToList();
            branches.Add((branches.Count == 0 ? head : $"else {head}".TrimEnd(), body));
        }

        Line("");
        Line("    always @(posedge clk)");
        foreach (var (head, body) in branches)
        {
            if (head.Length == 0 && body.Count == 1)
            {
                Line($"        {body[0]}");
                continue;
            }

            Line($"        {(body.Count == 1 ? $"{head} {body[0]}" : head.Length == 0 ? "begin" : $"{head} begin")}");
            if (body.Count > 1)
            {
                foreach (var line in body)
                {
                    Line($"            {line}");
                }

                Line("        end");
            }
        }
    }

    private string Assignment(Register register, Node value)
    {
        _target = register.Signal.Name;
        return $"{register.Signal.Name} <= {_expressions.PrintBare(value)};";
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
        while (line.Length - start > MostColumns && !line.Contains("//", StringComparison.Ordinal))
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
