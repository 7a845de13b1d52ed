using Accel.Benchmarks;
using Accel.Benchmarks.Dram;

switch (args.FirstOrDefault())
{
    case "matrices":
        MatrixBenchmark.Run();
        return 0;
    case "runtime":
        RuntimeBenchmark.Run();
        return 0;
    case "dram":
        DramBenchmark.Run(Console.Out, args.ElementAtOrDefault(1) ?? "");
        DramBenchmark.RunStreams(Console.Out, args.ElementAtOrDefault(1) ?? "");
        TileBenchmark.Run(Console.Out, args.ElementAtOrDefault(1) ?? "");
        return 0;
    case "cmvm":
        ConstantMatrixBenchmark.Run(Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("usage: Accel.Benchmarks matrices|runtime|dram [PATTERN]|cmvm");
        return 2;
}
