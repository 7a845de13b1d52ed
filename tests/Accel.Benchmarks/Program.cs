using Accel.Benchmarks.Dram;

DramBenchmark.Run(Console.Out, args.FirstOrDefault() ?? "");
