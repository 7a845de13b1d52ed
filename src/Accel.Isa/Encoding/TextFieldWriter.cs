using System.Globalization;
using System.Text;
using Accel.Isa.Commands;
using Accel.Isa.Operands;

namespace Accel.Isa.Encoding;

/// <summary>Fields as <c>name=value</c>, one blank between them; absent groups and empty lists are left out.</summary>
internal sealed class TextFieldWriter(StringBuilder text) : FieldWriter
{
    public override void Number(string name, long value) => Field(name).Append(CultureInfo.InvariantCulture, $"{value}");

    public override void Value(string name, Expression value) => Field(name).Append(value);

    public override void Word<T>(string name, T value) => Field(name).Append(Words<T>.Of(value));

    public override void Unit(string name, UnitId value) => Field(name).Append(value);

    public override void Semaphores(string name, SemaphoreList value)
    {
        if (value.Count > 0)
        {
            Field(name).Append(value);
        }
    }

    public override void Present(string name, bool value)
    {
    }

    /// <summary><c>i32@4096[1:0,tokens:512,128:4]</c>: planes, rows and columns, each with its stride.</summary>
    public override void View(string name, View view) => Append(Field(name), view);

    public override void OptionalView(string name, View? view)
    {
        if (view is not null)
        {
            View(name, view);
        }
    }

    /// <summary>A view, or <c>#7</c>.</summary>
    public override void Operand(string name, Operand operand)
    {
        if (operand.View is { } view)
        {
            View(name, view);
        }
        else
        {
            Field(name).Append('#').Append(CultureInfo.InvariantCulture, $"{operand.Constant}");
        }
    }

    private static void Append(StringBuilder text, View view) => text
        .Append(Words<LaneType>.Of(view.Type)).Append('@').Append(view.Address)
        .Append('[').Append(view.Planes).Append(CultureInfo.InvariantCulture, $":{view.PlaneStride},")
        .Append(view.Rows).Append(CultureInfo.InvariantCulture, $":{view.RowStride},")
        .Append(view.Columns).Append(CultureInfo.InvariantCulture, $":{view.ColumnStride}]");

    private StringBuilder Field(string name) => text.Append(' ').Append(name).Append('=');
}
