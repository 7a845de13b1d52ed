using System.Text;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Hardware.Yaml;

namespace Accel.Hardware;

/// <summary>Reads hardware configs from YAML: strictly, with units, all faults at once, each with line and column.</summary>
public static class HardwareConfigLoader
{
    private const long LargestFile = 1 << 20;

    internal static readonly (string, ArrayDataflow)[] Dataflows = [("ws", ArrayDataflow.WeightStationary), ("os", ArrayDataflow.OutputStationary)];
    internal static readonly (string, ActivationType)[] Activations = [("int8", ActivationType.Int8), ("int16", ActivationType.Int16)];

    internal static readonly (string, WeightType)[] Weights =
    [
        ("ternary", WeightType.Ternary), ("int3", WeightType.Int3), ("int4", WeightType.Int4), ("int8", WeightType.Int8), ("int16", WeightType.Int16),
    ];

    internal static readonly (string, PagePolicy)[] Pages = [("open", PagePolicy.Open), ("closed", PagePolicy.Closed)];
    internal static readonly (string, RefreshPolicy)[] Refreshes = [("all-bank", RefreshPolicy.AllBank), ("per-bank", RefreshPolicy.PerBank)];

    /// <summary>Every field, as the loader asks for it.</summary>
    internal static IReadOnlyList<FieldDescription> Fields
    {
        get
        {
            var document = new ConfigDocument("");
            Read(document, new YamlMapping([], 1, 1));
            return document.Fields;
        }
    }

    /// <exception cref="InputException">The file cannot be read, or its contents are at fault.</exception>
    public static HardwareConfig Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > LargestFile)
            {
                throw new InputException(path, "", $"a config of at most {new Bytes(LargestFile)}", $"{new Bytes(stream.Length)}");
            }

            using var reader = new StreamReader(stream, new UTF8Encoding(false, true));
            return Parse(path, reader.ReadToEnd());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", "a readable file", error is FileNotFoundException or DirectoryNotFoundException ? "none" : error.GetType().Name);
        }
        catch (DecoderFallbackException)
        {
            throw new InputException(path, "", "UTF-8 text", "other bytes");
        }
    }

    /// <param name="file">Name for messages.</param>
    /// <param name="text">The YAML.</param>
    /// <exception cref="InputException">Lists every fault.</exception>
    public static HardwareConfig Parse(string file, string text)
    {
        var document = new ConfigDocument(file);
        var config = Read(document, YamlTree.Parse(file, text));
        document.ThrowIfFaulty();
        HardwareChecks.Run(config, document);
        document.ThrowIfFaulty();
        return config;
    }

    private static HardwareConfig Read(ConfigDocument document, YamlNode node)
    {
        var root = ConfigSection.Root(document, node);
        var config = new HardwareConfig
        {
            Name = root.Text(
                "name", "Name of the machine.", "^[a-z][a-z0-9-]*$",
                text => char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
                "lower-case letters, digits and dashes, a letter first"),
            Clocks = ReadClocks(root),
            MatMulArrays = ReadArrays(root),
            VectorUnits = ReadVectors(root),
            Scratchpad = ReadScratchpad(root),
            Dma = ReadDma(root),
            Sequencer = ReadSequencer(root),
            Memory = ReadMemory(root),
            Process = ReadProcess(root),
            Energy = ReadEnergy(root),
        };
        root.Close();
        return config;
    }

    private static ClockConfig ReadClocks(ConfigSection root)
    {
        var section = root.Section("clocks", "Clock domains.");
        var clocks = new ClockConfig(
            new(section.Quantity("core", "Clock of the chip.", UnitFamily.Frequency, 1_000_000, 100_000_000_000)),
            new(section.Quantity("memory", "Command clock of the memory.", UnitFamily.Frequency, 1_000_000, 100_000_000_000)));
        section.Close();
        return clocks;
    }

    private static MatMulArrayConfig ReadArrays(ConfigSection root)
    {
        var section = root.Section("matmulArrays", "The matmul arrays, all alike.");
        var arrays = new MatMulArrayConfig
        {
            Count = section.Integer("count", "Arrays.", 1, 1024),
            Rows = section.Integer("rows", "Rows of multipliers: the depth that one pass sums.", 1, 512),
            Columns = section.Integer("columns", "Columns of multipliers.", 1, 4096),
            Dataflows = section.Words("dataflows", "What the array can hold still: weights (ws), sums (os).", Dataflows),
            Activations = section.Words("activations", "Codes of activations that it multiplies.", Activations),
            Weights = section.Words("weights", "Codes of weights that it unpacks and multiplies.", Weights),
            WeightBuffers = section.Integer("weightBuffers", "Weight tiles that an array holds; 2 loads one while the other works.", 1, 2),
            WeightPort = new(section.Quantity("weightPort", "Packed weights that enter an array per cycle.", UnitFamily.Size, 1, 1 << 20)),
            Accumulators = new(section.Quantity("accumulators", "Accumulator memory of an array, 8 bytes a sum.", UnitFamily.Size, 8, 1L << 32)),
        };
        section.Close();
        return arrays;
    }

    private static VectorUnitConfig ReadVectors(ConfigSection root)
    {
        var section = root.Section("vectorUnits", "The vector units, all alike.");
        var vectors = new VectorUnitConfig(
            section.Integer("count", "Vector units.", 1, 1024), section.Integer("lanes", "Elements that a unit handles per cycle.", 1, 1 << 16));
        section.Close();
        return vectors;
    }

    private static ScratchpadConfig ReadScratchpad(ConfigSection root)
    {
        var section = root.Section("scratchpad", "The on-chip memory.");
        var scratchpad = new ScratchpadConfig(
            new(section.Quantity("size", "Its capacity.", UnitFamily.Size, 1 << 10, 1L << 38)),
            section.Integer("banks", "Banks, interleaved by the port's width; a power of two.", 1, 1 << 14),
            section.Integer("ports", "Accesses that a bank serves per cycle.", 1, 4),
            new(section.Quantity("portWidth", "Bytes of an access; a power of two.", UnitFamily.Size, 1, 1 << 12)));
        section.Close();
        return scratchpad;
    }

    private static DmaConfig ReadDma(ConfigSection root)
    {
        var section = root.Section("dma", "The DMA engine.");
        var dma = new DmaConfig(
            section.Integer("channels", "Channels; each executes its descriptors in order.", 1, 256),
            section.Integer("outstanding", "Bursts of a channel that may be under way.", 1, 1 << 16),
            new(section.Quantity("descriptorCost", "From taking a descriptor to its first request.", UnitFamily.Time, 0, 1 << 20)),
            new(section.Quantity("burst", "Bytes of a request; a power of two.", UnitFamily.Size, 8, 1 << 16)));
        section.Close();
        return dma;
    }

    private static SequencerConfig ReadSequencer(ConfigSection root)
    {
        var section = root.Section("sequencer", "Hands commands to the units.");
        var sequencer = new SequencerConfig(
            section.Integer("queueDepth", "Commands that wait at a unit.", 1, 1 << 12), section.Integer("semaphores", "Counting semaphores.", 1, 1 << 12));
        section.Close();
        return sequencer;
    }

    private static MemoryConfig ReadMemory(ConfigSection root)
    {
        var section = root.Section("memory", "Off-chip memory.");
        var memory = new MemoryConfig
        {
            Standard = section.Text(
                "standard", "Family and data rate, such as LPDDR5-6400.", StandardName.Pattern, StandardName.IsWellFormed,
                "family and data rate, such as LPDDR5-6400"),
            Organisation = section.Text("organisation", "Kind of device within the standard, such as 8Gb_x16."),
            Channels = section.Integer("channels", "Channels; a power of two.", 1, 4096),
            ChannelBits = (int)section.Quantity("channelWidth", "Data pins of a channel; a power of two.", UnitFamily.Width, 8, 1024),
            Capacity = new(section.Quantity("capacity", "Of all channels.", UnitFamily.Size, 1 << 20, 1L << 50)),
            BytesPerSecond = section.Quantity(
                "bandwidth", "Peak of all channels: width times rate times channels.", UnitFamily.Bandwidth, 1_000_000, 1_000_000_000_000_000),
            Mapping = section.Text("mapping", "Order of address bits, most significant first, such as row|rank|bank|column|bankgroup|channel."),
            Controller = ReadController(section),
        };
        section.Close();
        return memory;
    }

    private static MemoryControllerConfig ReadController(ConfigSection memory)
    {
        var section = memory.Section("controller", "Policy of each channel's controller.");
        var controller = new MemoryControllerConfig(
            section.Word("page", "What happens to a row after an access.", Pages),
            section.Word("refresh", "How rows are refreshed.", Refreshes),
            section.Integer("readQueue", "Entries of the read queue.", 1, 256),
            section.Integer("writeQueue", "Entries of the write queue.", 1, 256),
            section.Integer("rowHitCap", "Accesses that an open row may serve while an older request waits; 0 for no limit.", 0, 1 << 16),
            section.Flag(
                "refreshBetweenRuns", "Between two runs, closes all rows and refreshes every rank ahead of time, so that what a run takes depends on it alone.",
                byDefault: false));
        section.Close();
        return controller;
    }

    private static ProcessConfig ReadProcess(ConfigSection root)
    {
        var section = root.Section("process", "Semiconductor process.");
        var process = new ProcessConfig(
            (int)section.Quantity("node", "Name of the node.", UnitFamily.Length, 1, 1000), section.Text("source", "Where the figure comes from."));
        section.Close();
        return process;
    }

    private static EnergyConfig ReadEnergy(ConfigSection root)
    {
        var section = root.Section("energy", "Energy per event, each with its source.");
        var energy = new EnergyConfig(
            ReadFigure(section, "macInt8", "One multiply-accumulate of 8-bit codes."),
            ReadFigure(section, "vectorLane", "One operation of one vector lane."),
            ReadFigure(section, "scratchpadByte", "One byte to or from the scratchpad."),
            ReadFigure(section, "memoryBit", "One bit to or from DRAM."));
        section.Close();
        return energy;
    }

    private static EnergyFigure ReadFigure(ConfigSection energy, string key, string description)
    {
        var section = energy.Section(key, description);
        var figure = new EnergyFigure(
            section.Quantity("value", description, UnitFamily.Energy, 0, 1_000_000_000_000), section.Text("source", "Where the figure comes from."));
        section.Close();
        return figure;
    }
}
