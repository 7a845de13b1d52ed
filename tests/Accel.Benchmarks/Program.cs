using Accel.Benchmarks.Dram;

DramBenchmark.Run(Console.Out, args.FirstOrDefault() ?? "");
DramBenchmark.RunStreams(Console.Out, args.FirstOrDefault() ?? "");
