namespace Accel.Rtl.Hdl;

internal sealed partial class ModulePrinter
{
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
}
