using Accel.Rtl.Hdl;

namespace Accel.Rtl.Blocks;

/// <summary>The coding of a matrix input: its first word in the code buffer, and the register of its scale.</summary>
internal sealed record CodeTask(int Codes, int Scale);

/// <summary>Takes codes for matrices as the row coder makes them, writes them to the code buffer word by word, and keeps their scales.</summary>
internal static class CodeStore
{
    public static Unit Build(IReadOnlyList<CodeTask> tasks, MachineShape shape, int scales)
    {
        var unit = new UnitBuilder("code_store", $"Gathers codes into words of {shape.Lanes} for the matrices; keeps one scale per live input.", tasks.Count);
        var m = unit.Module;
        var target = m.Input("target", 2);
        var valid = m.Wire("valid", m.Input("code_valid") & target.Is((int)RowTarget.Matrices));
        var packer = m.Instance(CodePacker.Build("code_packer", shape.Lanes, shape.CodeBits), "u_packer")
            .Connect("valid", valid).Connect("last", m.Input("code_last")).Connect("code", m.InputSigned("code", 16).AsUnsigned().Truncate(shape.CodeBits));
        var address = m.Register("address", shape.CodeAddressWidth);
        address.Next(unit.Start, unit.Field("codes", tasks.Select(t => (long)t.Codes)).Resize(shape.CodeAddressWidth)).Next(packer["write"], address.Value.Increment());
        m.Output("code_write", packer["write"]);
        m.Output("code_write_address", address.Value);
        m.Output("code_write_data", packer["word"]);

        var write = m.Input("scale_write", comment: "by a row that is meant for the matrices");
        var scale = m.Input("scale", 31);
        var slot = unit.Field("scale", tasks.Select(t => (long)t.Scale)).Resize(Bits.OfIndex(scales));
        var select = m.Input("scale_select", Bits.OfIndex(scales));
        Unsigned? chosen = null;
        for (var i = 0; i < scales; i++)
        {
            var register = m.Register($"scale_{i}", 31);
            register.Next(write & slot.Is(i), scale);
            chosen = chosen is { } others ? select.Is(i).Select(register, others) : register.Value;
        }

        m.Output("selected_scale", chosen!.Value);
        return unit.Build((_, _) => 0);
    }
}
