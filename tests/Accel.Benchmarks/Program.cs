using Accel.Benchmarks;

switch (args.FirstOrDefault())
{
    case "matrices":
        MatrixBenchmark.Run();
        return 0;
    case "runtime":
        RuntimeBenchmark.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Accel.Benchmarks matrices|runtime");
        return 2;
}
