using System.Globalization;
using System.Numerics;
using System.Text;
using Accel.Rtl.Blocks.Arrays;
using Accel.Rtl.Hdl;
using Accel.Rtl.Tools;

namespace Accel.Rtl.Tests.Blocks;

/// <summary>A product that an array is to compute.</summary>
/// <param name="Activations"><c>[rows, depth]</c>.</param>
/// <param name="Weights"><c>[outputs, depth]</c>.</param>
/// <param name="Mantissas"><c>[outputs, groups]</c>, or null.</param>
/// <param name="Group">Inputs that share a mantissa.</param>
/// <param name="Accumulate">Whether sums add to what is there.</param>
/// <param name="Address">Word of row 0 and the first block of outputs.</param>
internal sealed record ArrayTile(short[,] Activations, short[,] Weights, ushort[,]? Mantissas, int Group, bool Accumulate, int Address)
{
    public int Rows => Activations.GetLength(0);

    public int Depth => Activations.GetLength(1);

    public int Outputs => Weights.GetLength(0);

    public int WordOf(ArrayOptions options, int row, int output) => Address + (output / options.Lanes * Rows) + row;
}

/// <summary>When a tile was taken and when it was done, in clock cycles since reset.</summary>
internal sealed record TileTimes(long Taken, long Done);

/// <summary>Runs an emitted array under Icarus, whose unknown values also show what a reset forgot.</summary>
internal sealed class ArrayBench(ArrayOptions options)
{
    private const int MostCycles = 2_000_000;

    private readonly List<BigInteger> _beats = [];
    private readonly List<short> _activations = [];
    private readonly StringBuilder _commands = new();

    /// <summary>Puts tiles through one after the other.</summary>
    /// <param name="tiles">In order; each taken as soon as the array takes it.</param>
    /// <param name="stall">Out of 16, how often weights or activations are held back.</param>
    /// <returns>Times, and every accumulator word by lane and address; null where a word holds unknown bits.</returns>
    public (IReadOnlyList<TileTimes> Times, Func<int, int, long?> Word) Run(IReadOnlyList<ArrayTile> tiles, int stall = 0)
    {
        var folder = Tool.Folder($"{options.Name}-{Guid.NewGuid():N}");
        foreach (var tile in tiles)
        {
            var numbers = new[] { tile.Rows, tile.Depth, tile.Outputs, tile.Group, tile.Accumulate ? 1 : 0, tile.Address, _activations.Count };
            _commands.AppendJoin(' ', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))).Append('\n');
            _activations.AddRange(tile.Activations.Cast<short>());
            Pack(tile);
        }

        File.WriteAllText(Path.Combine(folder, "array.v"), VerilogPrinter.PrintText(MatMulArray.Build(options)));
        File.WriteAllText(Path.Combine(folder, "bench.v"), Bench(tiles.Count, stall));
        File.WriteAllText(Path.Combine(folder, "commands.txt"), _commands.ToString());
        File.WriteAllLines(Path.Combine(folder, "beats.hex"), _beats.Select(beat => Hex(beat, options.PortBits)));
        File.WriteAllLines(Path.Combine(folder, "activations.hex"), _activations.Select(x => Hex((ushort)x, 16)));
        var limit = TimeSpan.FromMinutes(10);
        ToolProcess.Check(ExternalTool.Icarus, ["-g2001", "-o", "bench.vvp", "bench.v", "array.v"], folder, limit);
        var lines = ToolProcess.Check(ExternalTool.IcarusRuntime, ["-n", "bench.vvp"], folder, limit).Output.Split('\n').Select(line => line.Split(' ')).ToList();
        Directory.Delete(folder, recursive: true);
        Assert.Contains(lines, words => words[0] == "end");
        long[] Of(string what) => [.. lines.Where(words => words[0] == what).Select(words => long.Parse(words[1], CultureInfo.InvariantCulture))];
        var words = lines.Where(words => words[0] == "word").ToDictionary(
            words => (int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture)),
            words => long.TryParse(words[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : (long?)null);
        return ([.. Of("taken").Zip(Of("done"), (taken, done) => new TileTimes(taken, done))], (lane, address) => words[(lane, address)]);
    }

    /// <summary>The beats of a tile's passes: mantissas where a group begins, then codes, output by output.</summary>
    private void Pack(ArrayTile tile)
    {
        for (var output = 0; output < tile.Outputs; output += options.Lanes)
        {
            var outputs = Math.Min(options.Lanes, tile.Outputs - output);
            for (var input = 0; input < tile.Depth;)
            {
                var groupStart = input / tile.Group * tile.Group;
                var inputs = Math.Min(options.Height, Math.Min(tile.Depth, groupStart + tile.Group) - input);
                var (bits, length) = (BigInteger.Zero, 0);
                void Put(long value, int width)
                {
                    bits |= (new BigInteger(value) & ((BigInteger.One << width) - 1)) << length;
                    length += width;
                }

                for (var n = 0; n < outputs && tile.Mantissas is not null && input == groupStart; n++)
                {
                    Put(tile.Mantissas[output + n, input / tile.Group], 16);
                }

                for (var n = 0; n < outputs; n++)
                {
                    for (var k = 0; k < inputs; k++)
                    {
                        Put(tile.Weights[output + n, input + k], options.WeightBits);
                    }
                }

                for (; length > 0; length -= options.PortBits, bits >>= options.PortBits)
                {
                    _beats.Add(bits & ((BigInteger.One << options.PortBits) - 1));
                }

                input += inputs;
            }
        }
    }

    private static string Hex(BigInteger value, int bits) => value.ToString($"x{(bits + 3) / 4}", CultureInfo.InvariantCulture)[^((bits + 3) / 4)..];

    private string Bench(int tiles, int stall) => $$"""
        module bench;
            localparam PORT = {{options.PortBits}}, HEIGHT = {{options.Height}}, LANES = {{options.Lanes}}, WORDS = {{options.WordsPerLane}}, TILES = {{tiles}};
            reg clk, rst_n, command_valid, command_accumulate, read;
            reg [31:0] command_rows, command_depth, command_outputs, command_group, command_address, base, read_lane, read_address;
            reg [PORT-1:0] beats [0:{{Math.Max(0, _beats.Count - 1)}}];
            reg [15:0] activations [0:{{_activations.Count - 1}}];
            reg [31:0] bases [0:TILES], depths [0:TILES];
            reg [PORT-1:0] weight_data;
            reg weight_valid, activation_valid;
            reg [8*HEIGHT-1:0] activation_data;
            wire command_ready, weight_ready, activation_ready, activation_last, done;
            wire [{{Bits.Of(options.WordsPerLane) - 1}}:0] activation_row;
            wire [15:0] activation_start;
            wire activation_part;
            wire signed [63:0] read_data;
            integer file, got, cycle, next_beat, streamed, finished, given, h, index;
            {{options.Name}} dut (
                .clk(clk), .rst_n(rst_n), .command_valid(command_valid), .command_ready(command_ready),
                .command_rows(command_rows[{{Bits.Of(options.WordsPerLane) - 1}}:0]), .command_depth(command_depth[15:0]), .command_outputs(command_outputs[15:0]),
                .command_group(command_group[15:0]), .command_accumulate(command_accumulate), .command_address(command_address[{{options.AddressBits - 1}}:0]),
                .weight_data(weight_data), .weight_valid(weight_valid), .weight_ready(weight_ready),
                .activation_data(activation_data), .activation_valid(activation_valid), .activation_ready(activation_ready),
                .activation_row(activation_row), .activation_start(activation_start), .activation_last(activation_last),
                {{(options.ActivationBytes > 1 ? ".activation_part(activation_part)," : "")}}
                .read(read), .read_lane(read_lane[{{Bits.OfIndex(options.Lanes) - 1}}:0]), .read_address(read_address[{{options.AddressBits - 1}}:0]), .read_data(read_data), .done(done));
            {{(options.ActivationBytes > 1 ? "" : "assign activation_part = 1'b0;")}}
            task fetch; begin
                got = $fscanf(file, "%d %d %d %d %d %d %d", command_rows, command_depth, command_outputs, command_group, command_accumulate, command_address, base);
                command_valid = got == 7;
                if (command_valid) begin bases[given] = base; depths[given] = command_depth; given = given + 1; end
            end endtask
            always @* begin
                weight_data = beats[next_beat];
                for (h = 0; h < HEIGHT; h = h + 1) begin
                    index = bases[streamed] + activation_row * depths[streamed] + activation_start + h;
                    activation_data[8*h +: 8] = activation_part ? activations[index][15:8] : activations[index][7:0];
                end
            end
            initial begin
                $readmemh("beats.hex", beats);
                $readmemh("activations.hex", activations);
                file = $fopen("commands.txt", "r");
                clk = 0; rst_n = 0; read = 0; read_lane = 0; read_address = 0; command_valid = 0; weight_valid = 0; activation_valid = 0;
                next_beat = 0; streamed = 0; finished = 0; given = 0;
                for (cycle = 0; cycle < 3; cycle = cycle + 1) begin #1 clk = 1; #1 clk = 0; end
                rst_n = 1;
                fetch;
                for (cycle = 0; cycle < {{MostCycles}} && finished < TILES; cycle = cycle + 1) begin
                    weight_valid = ($random & 15) >= {{stall}};
                    activation_valid = ($random & 15) >= {{stall}};
                    #1;
                    if (done) begin $display("done %0d", cycle); finished = finished + 1; end
                    begin : edge_of_clock
                        reg taken, loaded, last;
                        taken = command_valid & command_ready; loaded = weight_valid & weight_ready; last = activation_last;
                        clk = 1; #1;
                        if (taken) begin $display("taken %0d", cycle); fetch; end
                        if (loaded) next_beat = next_beat + 1;
                        if (last) streamed = streamed + 1;
                        clk = 0;
                    end
                end
                read = 1;
                for (read_lane = 0; read_lane < LANES; read_lane = read_lane + 1)
                    for (read_address = 0; read_address < WORDS; read_address = read_address + 1) begin
                        #1 clk = 1; #1 clk = 0;
                        $display("word %0d %0d %h", read_lane, read_address, read_data);
                    end
                if (finished == TILES && next_beat == {{_beats.Count}}) $display("end");
                $finish;
            end
        endmodule
        """;
}
