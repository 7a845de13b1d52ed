using System.Text;
using Accel.Core.Diagnostics;
using Accel.Models.Checkpoints;
using FsCheck;
using FsCheck.Fluent;

namespace Accel.Models.Tests.Checkpoints;

public sealed class HostileFileTests
{
    public static TheoryData<string> Kinds => [.. Hostile.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_undamaged_file_opens(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Null(Hostile.Try(Hostile.Named(name), folder, Hostile.Named(name).Valid));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_cut_off_anywhere_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        var kind = Hostile.Named(name);

        // Weights beyond the header are cut at a few places only; trailing white space of JSON may go.
        var end = Encoding.UTF8.GetString(kind.Valid).TrimEnd().Length == kind.Valid.Length ? kind.Valid.Length : kind.HeaderBytes;
        for (var length = 1; length < kind.Valid.Length; length += length < kind.HeaderBytes ? 1 : 7)
        {
            var message = Hostile.Try(kind, folder, kind.Valid[..length]);
            Assert.True(message is not null || length >= Math.Min(end, kind.HeaderBytes), $"{name} cut at {length} of {kind.Valid.Length} opened");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_huge_or_negative_number_anywhere_in_the_header_is_harmless(string name)
    {
        using var folder = new TemporaryFolder();
        var kind = Hostile.Named(name);
        ulong[] numbers = [1UL << 63, 1UL << 60, 1UL << 40, 0x7FFF_FFFF, 0x8000_0000, ulong.MaxValue, 0, 0x0102_0304_0506_0708];
        for (var at = 0; at + 8 <= kind.HeaderBytes; at++)
        {
            var bytes = kind.Valid.ToArray();
            BitConverter.TryWriteBytes(bytes.AsSpan(at), numbers[at % numbers.Length]);
            Hostile.Try(kind, folder, bytes);
            BitConverter.TryWriteBytes(bytes.AsSpan(at), numbers[(at + 3) % numbers.Length]);
            Hostile.Try(kind, folder, bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Random_damage_leaves_a_working_object_or_one_line_of_error(string name)
    {
        using var folder = new TemporaryFolder();
        var kind = Hostile.Named(name);
        var refused = 0;
        var opened = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(new Replay(new Rnd(20260804, 1), null)),
            Prop.ForAll(Damage(kind).ToArbitrary(), bytes =>
            {
                if (Hostile.Try(kind, folder, bytes) is null)
                {
                    opened++;
                }
                else
                {
                    refused++;
                }
            }));

        // The fuzz must reach both outcomes, or it tests nothing. Few changes leave the tables of a tokenizer consistent.
        Assert.InRange(refused, 100, int.MaxValue);
        Assert.InRange(opened, 5, int.MaxValue);
    }

    [Fact]
    public void Gguf_faults_name_the_byte_and_the_field()
    {
        AssertGguf(new() { Magic = 0x1234_5678 }, "byte 0: expected the magic 'GGUF', found 0x12345678");
        AssertGguf(new() { Version = 0x0300_0000 }, "byte 4: expected a little-endian file, found a big-endian one");
        AssertGguf(new() { Version = 1 }, "byte 4: expected version 2 or 3, found version 1");
        AssertGguf(new() { TensorCount = 1UL << 63 }, "byte 8: expected a tensor count that fits the 8 bytes left, found 9223372036854775808");
        AssertGguf(new() { EntryCount = 1UL << 60 }, "byte 16: expected a metadata count that fits the 0 bytes left, found 1152921504606846976");
        AssertGguf(new GgufWriter().Add("a", 1u).Add("a", 2u), "expected each metadata key once, found 'a' again");
        AssertGguf(new GgufWriter().Add("", 1u), "byte 24: expected a metadata key, found an empty one");
        AssertGguf(new GgufWriter().Add("a", 13, _ => { }), "expected a value type of 'a' from 0 to 12, found 13");
        AssertGguf(new GgufWriter().Add("a", 9, w => w.Write(9)), "expected 'a' to be a flat array, found an array of arrays");
        AssertGguf(new GgufWriter().Add("a", 9, w => { w.Write(8); w.Write(1UL << 60); }), "expected a length of 'a' that fits the 0 bytes left, found 1152921504606846976");
        AssertGguf(new GgufWriter().Add("general.alignment", 33u), "general.alignment: expected a power of two, found 33");
        AssertGguf(new GgufWriter().Add("general.alignment", 0u), "general.alignment: expected a whole number from 1 to 4294967295, found 0");
        AssertGguf(new GgufWriter().Add("general.alignment", true), "general.alignment: expected a value of type u32, found Bool");

        byte[] data = new byte[64];
        AssertGguf(new GgufWriter().AddTensor("a", [4], 0, data[..16]).AddTensor("a", [4], 0, data[..16]), "expected a name for each tensor, found 'a' again");
        AssertGguf(new GgufWriter().AddTensor(new('x', 64), [4], 0, data[..16]), "expected a tensor name of at most 63 bytes, found 64 bytes");
        AssertGguf(new GgufWriter().AddTensor("a", [1, 1, 1, 1, 1], 0, data), "expected at most 4 axes of 'a', found 5");
        AssertGguf(new GgufWriter().AddTensor("a", [1UL << 40, 1UL << 40], 0, data), "expected extents whose product stays below 2^58 of 'a', found [1099511627776, 1099511627776]");
        AssertGguf(new GgufWriter().AddTensor("a", [0, 1UL << 63], 0, data), "expected extents whose product stays below 2^58");
        AssertGguf(new GgufWriter().AddTensor("a", [1UL << 40], 0, data), "expected 4398046511104 bytes for 'a', found a file of");
        AssertGguf(new GgufWriter().AddTensor("a", [33], 2, data), "expected rows of 'a' in whole blocks of 32 (Q4_0), found rows of 33");
        AssertGguf(new GgufWriter().AddTensor("a", [256], 16, data), "expected a tensor type of 'a' among F32, F16, Q4_0,");
        AssertGguf(new GgufWriter().AddTensor("a", [256], 16, data), "found IQ2_XXS");
        AssertGguf(new GgufWriter().AddTensor("a", [256], 4, data), "found unknown type 4");
        AssertGguf(new GgufWriter().AddTensor("a", [4], 0, data[..16]).AddTensor("b", [4], 0, data[..16], offset: 0), "expected 'b' at offset 32, where the tensor before it ends, found 0");
        AssertGguf(new GgufWriter().AddTensor("a", [4], 0, data[..16], offset: 64), "expected 'a' at offset 0, where the tensor before it ends, found 64");
        AssertGguf(new GgufWriter().AddTensor("a", [17], 0, data), "bytes of 'a', found end of file at byte 128");
    }

    [Fact]
    public void Safetensors_faults_name_the_tensor()
    {
        AssertSafetensors("{}", [1], "expected tensors that fill the 1 bytes after the header, found 0 bytes of tensors");
        AssertSafetensors(Entry("F32", "[1]", "[0,4]"), new byte[4], null);
        AssertSafetensors(Entry("F32", "[]", "[0,4]"), new byte[4], null);
        AssertSafetensors(Entry("F32", "[0]", "[0,0]"), [], null);
        AssertSafetensors(Entry("F32", "[1]", "[0,3]"), new byte[3], "w.data_offsets: expected 4 bytes, as F32 of this shape takes, found 0 to 3");
        AssertSafetensors(Entry("F32", "[1]", "[4,0]"), new byte[4], "w.data_offsets: expected 4 bytes");
        AssertSafetensors(Entry("F32", "[1]", "[4,8]"), new byte[8], "w: expected data from byte 0 of the buffer on, where the one before ends, found 4");
        AssertSafetensors(Entry("F32", "[-1]", "[0,4]"), new byte[4], "w.shape: expected whole numbers from 0 to 2^63-1");
        AssertSafetensors(Entry("F32", "[4611686018427387904,4]", "[0,4]"), new byte[4], "w.shape: expected extents whose product stays below 2^58");
        AssertSafetensors(Entry("F32", "[1.5]", "[0,4]"), new byte[4], "w.shape: expected whole numbers from 0 to 2^63-1, found another number");
        AssertSafetensors(Entry("F99", "[1]", "[0,4]"), new byte[4], "w.dtype: expected one of F64,");
        AssertSafetensors(Entry("F4", "[3]", "[0,2]"), new byte[2], "w.shape: expected a whole number of bytes of F4, found 3 elements");
        AssertSafetensors(Entry("F32", "[1]", "[0,4,5]"), new byte[4], "w.data_offsets: expected at most 2 numbers, found more");
        AssertSafetensors("""{"w":{"dtype":"F32","shape":[1]}}""", [], "w: expected dtype, shape and two data_offsets, found not all of them");
        AssertSafetensors("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", new byte[4], "w: expected dtype, shape and data_offsets, found 'x'");
        AssertSafetensors("""{"w":7}""", [], "w: expected an object, found Number");
        AssertSafetensors("""{"__metadata__":{"a":1}}""", [], "__metadata__.a: expected a string, found Number");
        AssertSafetensors("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", [1, 2], "header 1:54: expected each key once, found 'w' again");
        AssertSafetensors("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", [1, 2, 3], "b: expected data from byte 2 of the buffer on, where the one before ends, found 1");
        AssertSafetensors(" {}", [], "byte 8: expected a header that begins with '{', found 0x20");
        AssertSafetensors(new string('[', 100_000), [], "expected a header that begins with '{', found 0x5B");
        AssertSafetensors("{\"w\":" + new string('[', 100_000), [], "expected valid JSON, found '[' that does not belong there or nests too deep");

        static string Entry(string dtype, string shape, string offsets) => $$"""{"w":{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":{{offsets}} } }""";
    }

    [Theory]
    [InlineData(0, "dim", "byte 0: expected a positive dim, found 0")]
    [InlineData(0, "heads", "expected dim to be n_heads times an even head width, found dim 8, n_heads 3")]
    [InlineData(1, "kv", "expected n_kv_heads to divide n_heads, found n_heads 4, n_kv_heads 3")]
    [InlineData(1, "version", "byte 4: expected version 1 or 2, found version 3")]
    [InlineData(2, "group", "byte 37: expected a positive group size, found 0")]
    [InlineData(2, "shared", "byte 36: expected 0 or 1 for a shared classifier, found 2")]
    [InlineData(1, "vocabulary", "byte 28: expected a positive vocab_size, found -5")]
    [InlineData(0, "vocabulary", "as its header implies, found")]
    [InlineData(0, "longer", "bytes, as its header implies, found")]
    [InlineData(1, "endian", "byte 0: expected a little-endian file, found a big-endian one")]
    public void Llama2c_faults_name_the_field(int version, string damage, string expected)
    {
        var bytes = new Llama2cWriter(version).ToBytes();
        var fields = version == 0 ? 0 : 8;
        Action apply = damage switch
        {
            "dim" => () => BitConverter.TryWriteBytes(bytes.AsSpan(fields), 0),
            "heads" => () => BitConverter.TryWriteBytes(bytes.AsSpan(fields + 12), 3),
            "kv" => () => BitConverter.TryWriteBytes(bytes.AsSpan(fields + 16), 3),
            "vocabulary" => () => BitConverter.TryWriteBytes(bytes.AsSpan(fields + 20), -5),
            "version" => () => BitConverter.TryWriteBytes(bytes.AsSpan(4), 3),
            "shared" => () => bytes[36] = 2,
            "group" => () => BitConverter.TryWriteBytes(bytes.AsSpan(37), 0),
            "endian" => () => bytes.AsSpan(0, 4).Reverse(),
            _ => () => bytes = [.. bytes, 0],
        };
        apply();
        using var folder = new TemporaryFolder();
        Assert.Contains(expected, Hostile.Try(Hostile.Named($"m{version}.bin"), folder, bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../s1.safetensors")]
    [InlineData("/etc/s1.safetensors")]
    [InlineData("sub/s1.safetensors")]
    [InlineData("..\\s1.safetensors")]
    [InlineData("s1.bin")]
    public void A_shard_name_that_leaves_its_folder_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", "{}");
        folder.Write("model.safetensors.index.json", $$"""{"weight_map":{"a":"{{name.Replace("\\", "\\\\", StringComparison.Ordinal)}}"} }""");
        var fault = Assert.Throws<InputException>(() => SafetensorsCheckpoint.Open(folder.Path));
        Assert.Contains($"weight_map.a: expected the name of a .safetensors file in the same folder, found '{name}'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_that_contradict_their_index_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", "{}");
        folder.Write("s1.safetensors", SafetensorsWriter.ToBytes(("a", [1], [1])));
        folder.Write("s2.safetensors", SafetensorsWriter.ToBytes(("a", [1], [1]), ("b", [1], [2])));
        AssertIndex("""{"weight_map":{"c":"s1.safetensors"}}""", "weight_map.c: expected a tensor of that name in s1.safetensors, found none");
        AssertIndex("""{"weight_map":{"c":"s3.safetensors"}}""", "s3.safetensors: expected a file, found nothing of that name");
        AssertIndex("""{"weight_map":{"a":"s1.safetensors","b":"s2.safetensors"}}""", "s2.safetensors: a: expected each tensor in one shard, found a second one of that name");
        AssertIndex("""{"weight_map":{"a":7}}""", "weight_map.a: expected a string, found 7");
        AssertIndex("{}", "weight_map: expected a section, found no such key");

        void AssertIndex(string index, string expected)
        {
            folder.Write("model.safetensors.index.json", index);
            Assert.Contains(expected, Assert.Throws<InputException>(() => SafetensorsCheckpoint.Open(folder.Path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_split_that_does_not_fit_together_is_refused()
    {
        using var folder = new TemporaryFolder();
        AssertFault(ReaderTests.WriteSplit(folder, tensorCount: 3), "split.tensors.count: expected 2, the tensors found, found 3");
        AssertFault(ReaderTests.WriteSplit(folder, tensorCount: 2, secondNumber: 5), "m-00002-of-00002.gguf: split.no: expected 1, found 5");
        var first = ReaderTests.WriteSplit(folder, tensorCount: 2);
        AssertFault(Path.Combine(folder.Path, "m-00002-of-00002.gguf"), "split.no: expected the first file of the split (number 0), found number 1");
        AssertFault(folder.Write("renamed.gguf", File.ReadAllBytes(first)), "split.count: expected a name ending in -00001-of-00002.gguf, found renamed.gguf");
        File.Delete(Path.Combine(folder.Path, "m-00002-of-00002.gguf"));
        AssertFault(first, "m-00002-of-00002.gguf: expected a file, found nothing of that name");

        static void AssertFault(string path, string expected) =>
            Assert.Contains(expected, Assert.Throws<InputException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_is_refused_without_being_opened()
    {
        using var folder = new TemporaryFolder();
        AssertFault(folder.Path, "expected a file, found a folder");
        AssertFault(Path.Combine(folder.Path, "none"), "expected a file, found nothing of that name");
        AssertFault(folder.Write("empty", ""), "expected a regular file with content, found an empty file, a pipe or a device");
        AssertFault("", "expected the path of a file, found no path");
        AssertFault("a\0b", "expected the path of a file, found no path");
        AssertFault(new('x', 5000), "expected");
        if (OperatingSystem.IsLinux())
        {
            AssertFault("/dev/zero", "expected a regular file with content, found an empty file, a pipe or a device");
            File.CreateSymbolicLink(Path.Combine(folder.Path, "loop"), "loop");
            AssertFault(Path.Combine(folder.Path, "loop"), "expected");
        }

        static void AssertFault(string path, string expected) =>
            Assert.Contains(expected, Assert.Throws<InputException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_file_that_was_refused_is_no_longer_mapped()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads /proc/self/maps");
        using var folder = new TemporaryFolder();
        foreach (var kind in Hostile.Kinds)
        {
            Assert.NotNull(Hostile.Try(kind, folder, kind.Valid[..(kind.HeaderBytes - 2)]));
        }

        Assert.DoesNotContain(folder.Path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_mapping_ends_with_its_last_tensor()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads /proc/self/maps");
        using var folder = new TemporaryFolder();
        var path = folder.Write("m.gguf", Hostile.Named("m.gguf").Valid);
        UseOneTensor(path);
        Collect();
        Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void UseOneTensor(string path)
        {
            var tensor = GgufFile.Open(path).Tensors["token_embd.weight"];
            Collect();
            Assert.Contains(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
            Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8], tensor.ToFloats());
        }
    }

    [Fact]
    public void A_weight_that_is_no_number_is_found_where_it_stands()
    {
        using var folder = new TemporaryFolder();
        var file = SafetensorsFile.Open(folder.Write("m.safetensors", SafetensorsWriter.ToBytes(("w", [2, 3], [1, 2, 3, 4, float.NaN, 6]))));
        Assert.Equal(4, file.Tensors["w"].FirstNonFinite());
    }

    /// <summary>One to three changes at random places, most of them in the part that steers the reader.</summary>
    private static Gen<byte[]> Damage(Hostile.Kind kind)
    {
        var place = Gen.Frequency((4, Gen.Choose(0, kind.HeaderBytes - 1)), (1, Gen.Choose(0, kind.Valid.Length - 1)));
        var change = from action in Gen.Choose(0, 6) from at in place from value in Gen.Choose(0, 255) select (Action: action, At: at, Value: value);
        return from count in Gen.Elements(1, 1, 1, 2, 3)
               from changes in change.ListOf(count)
               select changes.Aggregate(kind.Valid.ToList(), Apply).ToArray();

        static List<byte> Apply(List<byte> bytes, (int Action, int At, int Value) change)
        {
            var at = Math.Min(change.At, bytes.Count - 1);
            switch (change.Action)
            {
                case 0:
                    bytes[at] = (byte)change.Value;
                    break;
                case 1 or 2:
                    bytes[at] ^= (byte)(1 << change.Value % 8);
                    break;
                case 3:
                    bytes[at] += (byte)(change.Value % 2 == 0 ? 1 : 255);
                    break;
                case 4:
                    bytes.Insert(at, (byte)change.Value);
                    break;
                case 5 when bytes.Count > 1:
                    bytes.RemoveAt(at);
                    break;
                case 6 when change.Value % 8 == 0 && at > 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var length = Math.Min(change.Value % 16, bytes.Count - at);
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
            }

            return bytes;
        }
    }

    private static void AssertGguf(GgufWriter writer, string expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(expected, Hostile.Try(Hostile.Named("m.gguf"), folder, writer.ToBytes()), StringComparison.Ordinal);
    }

    private static void AssertSafetensors(string header, byte[] buffer, string? expected)
    {
        using var folder = new TemporaryFolder();
        var message = Hostile.Try(Hostile.Named("m.safetensors"), folder, SafetensorsWriter.ToBytes(header, buffer));
        if (expected is null)
        {
            Assert.Null(message);
        }
        else
        {
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }
    }
}
