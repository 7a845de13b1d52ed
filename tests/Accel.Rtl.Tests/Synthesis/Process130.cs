using Accel.Rtl.Synthesis;
using Accel.Tests.Shared;

namespace Accel.Rtl.Tests.Synthesis;

/// <summary>The open 130 nm library that lies beside the repository, ready for mapping; tests are skipped, visibly, without it or its tools.</summary>
internal static class Process130
{
    private static readonly Lazy<MappingLibrary> _library = new(() => MappingLibrary.ReadFile(SharedData.Path("liberty", "sky130hd_tt.lib.gz")));

    public static MappingLibrary Require()
    {
        _ = SharedData.Path("liberty", "sky130hd_tt.lib.gz");
        Tool.Require("yosys", "yosys");
        Tool.Require("sta", "opensta");
        return _library.Value;
    }

    public static SynthesisReport Map(string name, string verilog, string top, SynthesisOptions? options = null) =>
        Synthesizer.Run(name, [new("design.v", verilog)], top, null, Require(), Tool.Folder(name), options ?? new());
}
