namespace Accel.Rtl.Hdl;

/// <summary>Prints modules as Verilog-2001: the same module gives the same text, always.</summary>
public static class VerilogPrinter
{
    /// <summary>A module and all that it instantiates, each once, what is used before what uses it.</summary>
    /// <param name="top">The module above all.</param>
    /// <param name="view">For which kind of tool.</param>
    /// <exception cref="InvalidOperationException">Two different modules of one name, or one that is incomplete.</exception>
    public static IReadOnlyList<VerilogFile> Print(Module top, DesignView view = DesignView.Simulation)
    {
        var order = new List<Module>();
        var modules = new Dictionary<string, Module>(StringComparer.Ordinal);
        Visit(top.In(view));

        // Modules are read, not changed, as they are printed: side by side, the order stays.
        var files = new VerilogFile[order.Count];
        Parallel.For(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            files[i] = new(order[i].Name, new ModulePrinter(order[i]).Print()) { IsInline = order[i].IsInline });
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
            module.Verify();
            foreach (var instance in module.Instances)
            {
                Visit(instance.Module.In(view));
            }

            order.Add(module);
        }
    }

    /// <summary>The same as one text.</summary>
    public static string PrintText(Module top, DesignView view = DesignView.Simulation) => string.Join('\n', Print(top, view).Select(file => file.Text));
}

/// <summary>The text of one module.</summary>
/// <param name="Name">The module; the file's name is this and <c>.v</c>.</param>
public sealed record VerilogFile(string Name, string Text)
{
    /// <summary>Whether it is a small module that is part of what holds it.</summary>
    public bool IsInline { get; init; }
}
