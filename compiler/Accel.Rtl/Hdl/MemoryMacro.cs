using System.Globalization;

namespace Accel.Rtl.Hdl;

/// <summary>
/// A memory behind a module of its own, so that a macro of a foundry can take its place: one write port, synchronous read ports. A read
/// of the word that is written in the same cycle gives the old word.
/// </summary>
/// <param name="Name">The module's name.</param>
/// <param name="Purpose">What it stores.</param>
/// <param name="Depth">Words.</param>
/// <param name="Width">Bits of a word.</param>
/// <param name="ReadPorts">1 or more.</param>
public sealed record MemoryMacro(string Name, string Purpose, int Depth, int Width, int ReadPorts)
{
    private Module? _module;

    public int AddressWidth => Rtl.Hdl.Bits.OfIndex(Depth);

    public long Bits => (long)Depth * Width;

    /// <summary>
    /// The wrapper: <c>write</c>, <c>write_address</c>, <c>write_data</c>; per read port <c>read_N</c>, <c>read_address_N</c>, <c>read_data_N</c>.
    /// </summary>
    public Module Module => _module ??= Build();

    private Module Build()
    {
        var m = new Module(Name, string.Create(CultureInfo.InvariantCulture, $"{Purpose}: {Depth} words of {Width} bits, one write port, {ReadPorts} synchronous read port(s). Replace by a macro."));
        var write = m.Input("write");
        var address = m.Input("write_address", AddressWidth);
        var data = m.Input("write_data", Width);
        var reads = new List<(Unsigned, Unsigned)>();
        for (var port = 0; port < ReadPorts; port++)
        {
            reads.Add((m.Input($"read_{port}"), m.Input($"read_address_{port}", AddressWidth)));
        }

        var words = m.Memory("words", Depth, Width, write, address, data, reads);
        for (var port = 0; port < ReadPorts; port++)
        {
            m.Output($"read_data_{port}", words[port]);
        }

        return m;
    }
}
