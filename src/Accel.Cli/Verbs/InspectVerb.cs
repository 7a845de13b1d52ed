using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Accel.Core.Diagnostics;
using Accel.Core.Units;
using Accel.Graph;
using Accel.Graph.Analysis;
using Accel.Graph.Text;
using Accel.Models;
using Accel.Report;

namespace Accel.Cli.Verbs;

/// <summary><c>accel inspect</c>: what a model is made of and what a token of it costs at least.</summary>
internal static class InspectVerb
{
    public static Command Create(Terminal terminal)
    {
        var model = CommonOptions.Model();
        var list = new Option<bool>("--list") { Description = "list the bundled models and shapes" };
        var graph = new Option<bool>("--graph") { Description = "print the graph as text" };
        var prefill = CommonOptions.Positive("--prefill", "tokens of the prompt whose cost is shown, up to the model's context", 512);
        var context = CommonOptions.Positive("--context", "tokens before the decode step whose cost is shown, up to the model's context", 2048);
        var weightBits = CommonOptions.Number("--weight-bits", "bits per weight of a model without weights", 16, 0.5, 64);
        var cacheBits = CommonOptions.Number("--cache-bits", "bits per element of KV cache and convolution state; recurrent state is float32", 16, 1, 64);
        var json = CommonOptions.Json();
        var command = new Command("inspect", "show a model's blocks, tensors, state, and the least work and traffic of a token")
        {
            model, list, graph, prefill, context, weightBits, cacheBits, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list))
            {
                return List(terminal, parsed.GetValue(json));
            }

            var loaded = ModelLoader.Load(parsed.GetValue(model)!, checkWeights: false);
            if (parsed.GetValue(graph))
            {
                var text = GraphPrinter.Print(loaded.Graph);
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(writer => writer.WriteString("graph", text));
                }
                else
                {
                    terminal.Output.Write(text);
                }

                return ExitCode.Done;
            }

            try
            {
                var summary = new Summary(
                    loaded,
                    Math.Min(parsed.GetValue(prefill), loaded.ContextLength),
                    Math.Min(parsed.GetValue(context), loaded.ContextLength - 1),
                    parsed.GetValue(weightBits),
                    parsed.GetValue(cacheBits));
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(summary.Write);
                }
                else
                {
                    summary.Print(terminal);
                }
            }
            catch (OverflowException)
            {
                throw new InputException(loaded.Path, "", "a model whose cost can be counted in 64 bits", "extents that are too large");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int List(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.WriteJson(writer =>
            {
                writer.WriteStartArray("models");
                foreach (var name in ModelLoader.BundledNames)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            });
            return ExitCode.Done;
        }

        foreach (var name in ModelLoader.BundledNames)
        {
            terminal.Output.WriteLine(name);
        }

        return ExitCode.Done;
    }

    /// <summary>The figures of one model, for table and JSON alike.</summary>
    private sealed class Summary
    {
        private readonly Model _model;
        private readonly long _prefillTokens;
        private readonly long _context;
        private readonly double _weightBits;
        private readonly double _cacheBits;
        private readonly StepCost _prefill;
        private readonly StepCost _decode;

        public Summary(Model model, long prefillTokens, long context, double weightBits, double cacheBits)
        {
            (_model, _prefillTokens, _context, _weightBits, _cacheBits) = (model, prefillTokens, context, weightBits, cacheBits);
            _prefill = Cost(new StepShape(prefillTokens, 0, model.ContextLength));
            _decode = Cost(new StepShape(1, context, model.ContextLength));
        }

        private long Parameters => _model.Graph.Parameters.Sum(parameter => parameter.Type.Shape.Elements);

        private long WeightBytes => (long)_model.Graph.Parameters.Sum(ParameterBytes);

        /// <summary>While every cache still fills; a ring of one slot alone is full by then.</summary>
        private long StateBytesPerToken => StateBytes(1) - StateBytes(0);

        private long StateBytesPerTokenAtFullContext => StateBytes(_model.ContextLength) - StateBytes(_model.ContextLength - 1);

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("name", _model.Name);
            writer.WriteString("architecture", _model.Architecture);
            writer.WriteNumber("context_length", _model.ContextLength);
            writer.WriteBoolean("has_weights", _model.HasWeights);
            writer.WriteNumber("parameters", Parameters);
            writer.WriteNumber("weight_bytes", WeightBytes);
            writer.WriteNumber("state_bytes_per_token", StateBytesPerToken);
            writer.WriteNumber("state_bytes_per_token_at_full_context", StateBytesPerTokenAtFullContext);
            writer.WriteNumber("state_bytes_at_full_context", StateBytes(_model.ContextLength));
            WriteCost("prefill", _prefill, _prefillTokens, 0);
            WriteCost("decode", _decode, 1, _context);
            writer.WriteStartArray("states");
            foreach (var state in _model.Graph.States)
            {
                writer.WriteStartObject();
                writer.WriteString("name", state.Name);
                writer.WriteString("kind", OpAttributes.Word(state.StateKind!.Value));
                writer.WriteString("shape", state.Type.Shape.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("tensors");
            foreach (var parameter in _model.Graph.Parameters)
            {
                writer.WriteStartObject();
                writer.WriteString("role", parameter.Name);
                writer.WriteString("tensor", _model.TensorNames[parameter.Name]);
                writer.WriteString("format", Format(parameter));
                writer.WriteStartArray("shape");
                foreach (var dim in parameter.Type.Shape.Dims)
                {
                    writer.WriteNumberValue(dim.Value);
                }

                writer.WriteEndArray();
                writer.WriteNumber("bytes", (long)ParameterBytes(parameter));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();

            void WriteCost(string name, StepCost cost, long tokens, long context)
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("tokens", tokens);
                writer.WriteNumber("context", context);
                writer.WriteNumber("flops", cost.Flops);
                writer.WriteNumber("flops_per_token", cost.Flops / tokens);
                writer.WriteNumber("weight_bytes", cost.WeightBytes);
                writer.WriteNumber("state_read_bytes", cost.StateReadBytes);
                writer.WriteNumber("state_write_bytes", cost.StateWriteBytes);
                writer.WriteNumber("bytes_per_token", cost.Bytes / tokens);
                writer.WriteNumber("flops_per_byte", (double)cost.Flops / cost.Bytes);
                writer.WriteEndObject();
            }
        }

        public void Print(Terminal terminal)
        {
            var output = terminal.Output;
            output.WriteLine($"{Terminal.Shown(_model.Name)} ({_model.Architecture}), context {_model.ContextLength:N0}");
            output.WriteLine($"{Parameters:N0} parameters, {new Bytes(WeightBytes)} {(_model.HasWeights ? "as stored" : $"at {_weightBits:0.##} bits per weight")}");
            output.WriteLine($"state: {new Bytes(StateBytesPerToken)} more per token while caches fill, {new Bytes(StateBytesPerTokenAtFullContext)} at full context, {new Bytes(StateBytes(_model.ContextLength))} at {_model.ContextLength:N0} tokens");
            terminal.WriteTable(
                ["least cost", "FLOP/token", "bytes/token", "weights", "state read", "state written", "FLOP/byte"],
                [
                    Row($"prefill of {_prefillTokens:N0}", _prefill, _prefillTokens),
                    Row($"decode at context {_context:N0}", _decode, 1),
                ]);
            terminal.WriteTable(["role", "layers", "tensor", "format", "shape", "bytes"], TensorRows(), 1, 2, 3);
            terminal.WriteTable(["state", "layers", "kind", "shape"], StateRows(), 1, 2);
        }

        /// <summary>One row per tensor; those that differ in nothing but the layer share one.</summary>
        private IEnumerable<string[]> TensorRows() =>
            from parameter in _model.Graph.Parameters
            group parameter by (
                Role: LayerNames.Pattern(parameter.Name), Tensor: LayerNames.Pattern(_model.TensorNames[parameter.Name]), Format: Format(parameter), parameter.Type.Shape) into row
            select new[]
            {
                row.Key.Role,
                LayerNames.Ranges(row.Select(parameter => parameter.Name)),
                row.Key.Tensor,
                row.Key.Format,
                string.Join(" x ", row.Key.Shape.Dims),
                new Bytes((long)row.Sum(ParameterBytes)).ToString(),
            };

        private IEnumerable<string[]> StateRows() =>
            from state in _model.Graph.States
            group state by (Name: LayerNames.Pattern(state.Name), state.StateKind, state.Type.Shape) into row
            select new[]
            {
                row.Key.Name, LayerNames.Ranges(row.Select(state => state.Name)), OpAttributes.Word(row.Key.StateKind!.Value), row.Key.Shape.ToString(),
            };

        private static string[] Row(string name, StepCost cost, long tokens) =>
        [
            name,
            Engineering(cost.Flops / (double)tokens),
            new Bytes(cost.Bytes / tokens).ToString(),
            new Bytes(cost.WeightBytes).ToString(),
            new Bytes(cost.StateReadBytes).ToString(),
            new Bytes(cost.StateWriteBytes).ToString(),
            (cost.Flops / (double)cost.Bytes).ToString("0.0", CultureInfo.InvariantCulture),
        ];

        private static string Engineering(double value) => value switch
        {
            >= 1e12 => $"{value / 1e12:0.00} T",
            >= 1e9 => $"{value / 1e9:0.00} G",
            >= 1e6 => $"{value / 1e6:0.00} M",
            _ => $"{value / 1e3:0.00} k",
        };

        private StepCost Cost(StepShape step) => StepCost.Of(_model.Graph, step, ParameterBytes, StateElementBytes);

        private long StateBytes(long tokens) => StepCost.StateBytes(_model.Graph, tokens, StateElementBytes);

        private double ParameterBytes(Value parameter) =>
            _model.HasWeights ? _model.Weights[parameter].ByteLength : parameter.Type.Shape.Elements * _weightBits / 8;

        private double StateElementBytes(Value state) => state.StateKind == StateKind.Recurrent ? 4 : _cacheBits / 8;

        private string Format(Value parameter) => _model.HasWeights ? _model.Weights[parameter].Format.Name : $"{_weightBits:0.##} bit";
    }
}
