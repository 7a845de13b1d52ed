using System.Text;

namespace Accel.Models.Tests.Checkpoints;

/// <summary>Writes small safetensors files from a header given as text, so that a test can damage any of it.</summary>
internal static class SafetensorsWriter
{
    /// <summary>A header with the given JSON, and a buffer of the given bytes.</summary>
    public static byte[] ToBytes(string header, byte[] buffer, ulong? headerLength = null) =>
        ToBytes(Encoding.UTF8.GetBytes(header), buffer, headerLength);

    public static byte[] ToBytes(byte[] header, byte[] buffer, ulong? headerLength = null) =>
        [.. BitConverter.GetBytes(headerLength ?? (ulong)header.Length), .. header, .. buffer];

    /// <summary>Float32 tensors laid out one after another.</summary>
    public static byte[] ToBytes(params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        var (entries, buffer) = (new List<string>(), new List<byte>());
        foreach (var (name, shape, values) in tensors)
        {
            var begin = buffer.Count;
            buffer.AddRange(values.SelectMany(BitConverter.GetBytes));
            entries.Add($$"""
                "{{name}}":{"dtype":"F32","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{begin}},{{buffer.Count}}]}
                """);
        }

        return ToBytes($"{{{string.Join(',', entries)}}}", [.. buffer]);
    }
}
