using System.Buffers.Binary;
using System.Security.Cryptography;
using Accel.Core.Diagnostics;
using Accel.Isa.Encoding;

namespace Accel.Isa.Tests;

public sealed class HostileProgramTests
{
    private static readonly byte[] _valid = ProgramEncoder.Encode(RandomPrograms.Make(20_26));

    [Fact]
    public void Every_prefix_is_refused()
    {
        for (var length = 0; length < _valid.Length; length++)
        {
            var prefix = _valid.AsMemory(0, length);
            Assert.Throws<InputException>(() => ProgramDecoder.Decode("test", prefix));
        }
    }

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        for (var i = 0; i < _valid.Length; i++)
        {
            var damaged = (byte[])_valid.Clone();
            damaged[i] ^= 0x40;
            Assert.Throws<InputException>(() => ProgramDecoder.Decode("test", damaged));
        }
    }

    /// <summary>With the checksum mended, whatever is accepted must be a program that encodes to these very bytes.</summary>
    [Fact]
    public void Forged_bytes_are_refused_or_mean_what_they_say()
    {
        var random = new Random(20_26);
        var accepted = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var forged = (byte[])_valid.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                forged[random.Next(ProgramEncoder.HeaderLength, forged.Length - ProgramEncoder.ChecksumLength)] = (byte)random.Next(256);
            }

            Seal(forged);
            try
            {
                Assert.Equal(forged, ProgramEncoder.Encode(ProgramDecoder.Decode("test", forged)));
                accepted++;
            }
            catch (InputException)
            {
                // Refused in one line; any other exception fails the test.
            }
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    [Fact]
    public void Huge_counts_allocate_nothing()
    {
        // Everything behind the name is 0xFF: every count reads as more than there is.
        var forged = (byte[])_valid.Clone();
        forged.AsSpan(ProgramEncoder.HeaderLength, forged.Length - ProgramEncoder.HeaderLength - ProgramEncoder.ChecksumLength).Fill(0xFF);
        Seal(forged);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InputException>(() => ProgramDecoder.Decode("test", forged));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Other_files_and_versions_are_named()
    {
        var gguf = new byte[200];
        "GGUF"u8.CopyTo(gguf);
        var newer = (byte[])_valid.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(newer.AsSpan(8), ProgramEncoder.Version + 1);
        var damaged = (byte[])_valid.Clone();
        damaged[60] ^= 1;

        Assert.Equal("a.bin: byte 0: expected a compiled program, found another kind of file", Message(gguf));
        Assert.Equal($"a.bin: byte 8, version: expected {ProgramEncoder.Version}, found {ProgramEncoder.Version + 1}; compile the model again", Message(newer));
        Assert.Equal(
            $"a.bin: byte {_valid.Length - 32}, checksum: expected the checksum of the file, found another one; the file is damaged", Message(damaged));
        Assert.Equal("a.bin: byte 0: expected a compiled program, found 3 bytes", Message([1, 2, 3]));
    }

    [Fact]
    public void Damaged_listings_are_refused_in_one_line()
    {
        var text = new StringWriter();
        Disassembler.Write(RandomPrograms.Make(20_26), text);
        var original = text.ToString();
        var random = new Random(20_26);
        for (var run = 0; run < 2_000; run++)
        {
            var damaged = original.ToCharArray();
            for (var change = 0; change < 3; change++)
            {
                damaged[random.Next(damaged.Length)] = "=@[]:,*+#%;- \nr9x"[random.Next(17)];
            }

            try
            {
                Assembler.Read("test", new StringReader(new string(damaged)));
            }
            catch (InputException)
            {
                // Refused in one line; any other exception fails the test.
            }
        }
    }

    private static string Message(byte[] bytes) => Assert.Throws<InputException>(() => ProgramDecoder.Decode("a.bin", bytes)).Message;

    private static void Seal(byte[] program)
    {
        var end = program.Length - ProgramEncoder.ChecksumLength;
        SHA256.HashData(program.AsSpan(0, end)).CopyTo(program.AsSpan(end));
    }
}
