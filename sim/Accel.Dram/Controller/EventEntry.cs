using System.Runtime.InteropServices;

namespace Accel.Dram.Controller;

/// <summary>A queued request as the event engine keeps it: a link of its bank's list, one line of the cache.</summary>
internal sealed unsafe partial class EventPseudoChannel
{
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Entry
    {
        public long Local;
        public long Entered;
        public long Ordinal;
        public uint Sequence;
        public int Row;
        public int Slot;
        public short Next;
        public short Previous;
        public short Port;
        public byte Bank;

        /// <summary>0: a hit so far; 1: it caused an activate; 2: it caused a precharge.</summary>
        public byte Cause;
    }
}
