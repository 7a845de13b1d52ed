using Accel.Core.Diagnostics;
using Accel.Rtl.Liberty;
using Accel.Tests.Shared;

namespace Accel.Rtl.Tests.Liberty;

public sealed class LibertyReaderTests
{
    private const string Small = """
        /* a library */
        library (small) {
          time_unit : "1ns";
          voltage_unit : "1V";
          leakage_power_unit : 1nW;
          capacitive_load_unit (1, pf);
          nom_voltage : 1.5;
          power_lut_template (by_load) {
            variable_1 : total_output_net_capacitance;
            variable_2 : input_transition_time;
            index_1 ("0.1, 0.2");
            index_2 ("1, 2, 3");
          }
          cell (nand) {
            area : 2.5;
            cell_leakage_power : 4
            pin (a, b) { direction : input; capacitance : 0.002; }
            pin (y) {
              direction : output; function : "(a b)'";
              internal_power () {
                related_pin : "a"; when : "b";
                rise_power (by_load) { values ("1, 2, 3", \
                                               "4, 5, 6"); }
                fall_power (scalar) { values ("7"); }
              }
            }
          }
          cell (flop) {
            area : 10;
            leakage_power () { value : 1; when : "d"; }
            leakage_power () { value : 2; when : "!d"; }
            ff (q1, q2) { next_state : "d"; clocked_on : "!c"; clear : "r"; preset : "s"; clear_preset_var1 : L; clear_preset_var2 : H; }
            pin (c) { direction : input; clock : true; }
            pin (d) { direction : input; }
            pin (r) { direction : input; }
            pin (s) { direction : input; }
            pin (q) { direction : output; function : "q1"; timing () { related_pin : "c"; } }
          }
          cell (spare) { area : 1; dont_use : true; pin (a) { direction : input; } pin (y) { direction : output; function : "!a"; } }
        }
        """;

    [Fact]
    public void Cells_have_areas_pins_functions_and_figures_in_units_of_physics()
    {
        var library = Read(Small);
        Assert.Equal("small", library.Name);
        Assert.Equal(1.5, library.Volts);
        Assert.Equal(["flop", "nand", "spare"], library.Cells.Keys);
        var nand = library.Cells["nand"];
        Assert.Equal(2.5, nand.Area);
        Assert.Equal(4e-9, nand.LeakageWatts, 1e-15);
        Assert.Equal(["a", "b"], nand.Inputs.Select(pin => pin.Name));
        Assert.All(nand.Inputs, pin => Assert.Equal(2e-15, pin.CapacitanceFarads, 1e-20));
        Assert.Same(nand, library.GateEquivalent);
        Assert.True(library.Cells["spare"].IsSetAside);
        Assert.Throws<InputException>(() => library.Inverter);
    }

    [Fact]
    public void Internal_power_is_by_transition_time_and_load_whatever_the_templates_order()
    {
        var power = Assert.Single(Read(Small).Cells["nand"].Outputs.Single().InternalPower);
        Assert.Equal("a", power.RelatedPin);
        Assert.Equal("b", power.When!.ToString());

        // Load 0.1 pF is the row "1, 2, 3" over transition times of 1, 2 and 3 ns; energies are in pF V^2 = pJ.
        Assert.Equal(2e-12, power.Rise.At(2e-9, 0.1e-12), 1e-18);
        Assert.Equal(6e-12, power.Rise.At(3e-9, 0.2e-12), 1e-18);

        // Half way in both: the mean of 1, 2, 4 and 5.
        Assert.Equal(3e-12, power.Rise.At(1.5e-9, 0.15e-12), 1e-18);
        Assert.Equal(7e-12, power.Fall.At(1e-9, 1e-12), 1e-18);
    }

    [Fact]
    public void A_flip_flop_tells_its_clock_data_clear_and_preset()
    {
        var flop = Read(Small).Cells["flop"];
        var state = Assert.Single(flop.States);
        Assert.True(flop.IsFlipFlop);
        Assert.Equal(("q1", "q2", "~c", "d", "r", "s", 'L', 'H'), (state.Variable, state.Inverse, $"{state.Clock}", $"{state.Data}", $"{state.Clear}", $"{state.Preset}", state.BothVariable, state.BothInverse));
        Assert.Equal(1.5e-9, flop.LeakageWatts, 1e-15);
        Assert.True(flop.Pins.Single(pin => pin.Name == "c").IsClock);
    }

    [Theory]
    [InlineData("", "line 1: expected library (NAME) { ... }, found the end of the file")]
    [InlineData("library (a) {", "line 1: expected the end of group 'library', found the end of the file")]
    [InlineData("library (a) { } ", "expected a library with cells, found none")]
    [InlineData("module x;", "line 1: expected ':' or '(' behind 'module', found 'x'")]
    [InlineData("library (a) {\n cell (b) {\n area : wide;\n}}", "line 3: expected a number from 0 to 1000000000000 as area, found 'wide'")]
    [InlineData("library (a) {\n cell (b) { }\n cell (b) { } }", "line 3: expected each cell once, found 'b' again")]
    [InlineData("library (a) {\n cell (b) { pin (y) { function : \"(a & \"; } } }", "line 2: expected a Boolean expression as function, found an expression that ends too soon")]
    [InlineData("library (a) {\n cell (b) { ff (q, n) { next_state : \"d\"; } } }", "line 2: expected a flip-flop with clocked_on and next_state, found one without")]
    [InlineData("library (a) { /* no end", "line 1: expected the end of a comment, found the end of the file")]
    [InlineData("library (a) { x : \"no end", "line 1: expected the end of a quoted text, found the end of the file")]
    [InlineData("library (a) { capacitive_load_unit (1, furlong); }", "line 1: expected a unit of f as capacitive_load_unit, found 'furlong'")]
    public void Faults_have_their_line(string text, string message) =>
        Assert.EndsWith(message, Assert.Throws<InputException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_is_refused_and_no_changed_character_does_worse()
    {
        for (var length = 0; length < Small.Length; length++)
        {
            Assert.Throws<InputException>(() => Read(Small[..length]));
        }

        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            var text = Small.ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                text[random.Next(text.Length)] = "(){};:\"'\\/*,a0-e\n\0é"[random.Next(19)];
            }

            try
            {
                Read(new string(text));
            }
            catch (InputException)
            {
            }
        }
    }

    [Fact]
    public void Hostile_nesting_and_endless_words_are_refused()
    {
        Assert.Contains("groups in one another", Fault(string.Concat(Enumerable.Repeat("g () {", 100_000))), StringComparison.Ordinal);
        Assert.Contains("at most 1048576 characters", Fault(new string('a', 2 << 20)), StringComparison.Ordinal);
        Assert.Contains("at most 1048576 characters", Fault("x : \"" + new string('a', 2 << 20)), StringComparison.Ordinal);
        Assert.Contains("brackets in one another", Fault($"cell (a) {{ pin (y) {{ function : \"{new string('(', 60_000)}\"; }} }}"), StringComparison.Ordinal);
        Assert.Contains("behind the values", Fault($"x ({string.Concat(Enumerable.Repeat("1, ", 100_000))})"), StringComparison.Ordinal);

        static string Fault(string inside) => Assert.Throws<InputException>(() => Read($"library (l) {{ {inside}")).Message;
    }

    [Fact]
    public void A_packed_file_that_is_cut_is_refused()
    {
        var path = Path.Combine(Tool.Folder("cut-liberty"), "cut.lib.gz");
        using (var packed = new System.IO.Compression.GZipStream(File.Create(path), System.IO.Compression.CompressionLevel.Optimal))
        {
            packed.Write(System.Text.Encoding.ASCII.GetBytes(Small));
        }

        Assert.Equal(3, LibertyReader.ReadFile(path).Cells.Count);
        var bytes = File.ReadAllBytes(path);
        bytes[12] ^= 0x5a;
        File.WriteAllBytes(path, bytes[..200]);
        Assert.Throws<InputException>(() => LibertyReader.ReadFile(path));
        Assert.Throws<InputException>(() => LibertyReader.ReadFile(path + "x"));
    }

    [SkippableFact]
    public void The_open_130_nm_library_is_read_whole()
    {
        var library = LibertyReader.ReadFile(SharedData.Path("liberty", "sky130hd_tt.lib.gz"));
        Assert.Equal(428, library.Cells.Count);
        Assert.Equal(1.8, library.Volts);
        Assert.Equal(("sky130_fd_sc_hd__nand2_1", 3.7536), (library.GateEquivalent.Name, library.GateEquivalent.Area));
        Assert.Equal(3.7536, library.Inverter.Area);
        Assert.Equal("sky130_fd_sc_hd__fa_1", library.Find(3, (a, b, c) => a ^ b ^ c, (a, b, c) => (a & b) | (c & (a | b)))!.Name);
        Assert.Equal("sky130_fd_sc_hd__ha_1", library.Find(2, (a, b, _) => a ^ b, (a, b, _) => a & b)!.Name);
        Assert.All(library.Cells.Values.Where(cell => cell.Name.Contains("lpflow", StringComparison.Ordinal)), cell => Assert.True(cell.IsSetAside));
        Assert.Equal(394, library.Cells.Values.Count(cell => !cell.IsSetAside));
        var flop = library.Cells["sky130_fd_sc_hd__dfxtp_1"];
        Assert.Equal(("IQ", "CLK", "D", 20.0192), (flop.States[0].Variable, $"{flop.States[0].Clock}", $"{flop.States[0].Data}", flop.Area));
        Assert.Equal(8.438635e-12, flop.LeakageWatts, 1e-18);
        Assert.Equal(1.794e-15, flop.Inputs.First().CapacitanceFarads, 1e-20);
        Assert.Equal(0.0178184e-12, flop.Inputs.First().InternalPower.Single().Rise.At(0.01e-9, 0), 1e-20);
        Assert.NotEmpty(library.Cells["sky130_fd_sc_hd__xor2_1"].Outputs.Single().InternalPower);
    }

    [SkippableFact]
    public void A_filtered_library_keeps_what_tools_need_and_reads_the_same()
    {
        var path = SharedData.Path("liberty", "sky130hd_tt.lib.gz");
        var library = LibertyReader.ReadFile(path);
        using var written = new StringWriter();
        using (var text = LibertyReader.Open(path))
        {
            LibertyFilter.Write(path, text, written, name => !library.Cells[name].IsSetAside);
        }

        var again = LibertyReader.Read("filtered", new StringReader(written.ToString()));
        Assert.Equal(library.Cells.Values.Where(cell => !cell.IsSetAside).Select(cell => cell.Name), again.Cells.Keys);
        foreach (var cell in again.Cells.Values)
        {
            var original = library.Cells[cell.Name];
            Assert.Equal(original.Area, cell.Area);
            Assert.Equal(original.States.Select(Text), cell.States.Select(Text));
            Assert.Equal(original.Pins.Select(pin => $"{pin.Name} {pin.Direction} {pin.CapacitanceFarads} {pin.Function}"), cell.Pins.Select(pin => $"{pin.Name} {pin.Direction} {pin.CapacitanceFarads} {pin.Function}"));
        }

        static string Text(LibertyState state) => $"{state.Variable} {state.Inverse} {state.Clock} {state.Data} {state.Clear} {state.Preset}";
    }

    private static LibertyLibrary Read(string text) => LibertyReader.Read("x.lib", new StringReader(text));
}
