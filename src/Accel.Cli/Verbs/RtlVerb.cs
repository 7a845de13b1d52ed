using System.CommandLine;

namespace Accel.Cli.Verbs;

/// <summary><c>accel rtl</c>: models and arrays as Verilog.</summary>
internal static class RtlVerb
{
    public static Command Create(Terminal terminal) => new("rtl", "a model as a chip in Verilog: emit it, and prove it token for token")
    {
        RtlEmitVerb.Create(terminal),
        RtlVerifyVerb.Create(terminal),
        RtlArrayVerb.Create(terminal),
        RtlSynthVerb.Create(terminal),
        RtlUnitVerb.Create(terminal),
        RtlPowerVerb.Create(terminal),
        RtlEstimateVerb.Create(terminal),
    };
}
