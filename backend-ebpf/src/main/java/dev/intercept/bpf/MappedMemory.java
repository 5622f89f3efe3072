package dev.intercept.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A part of a map that this process shares with the kernel, mmap(2). Not to be touched after {@link #close}. */
public final class MappedMemory implements AutoCloseable {

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final long MAP_FAILED = -1;

    private final Pointer address;
    private final long bytes;
    private final ByteBuffer buffer;

    private MappedMemory(Pointer address, long bytes) {
        this.address = address;
        this.bytes = bytes;
        buffer = address.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** @param offset into the map, a multiple of the page size */
    static MappedMemory of(BpfMap map, long offset, long bytes, boolean isWritable) throws SystemCallException {
        Pointer address = Libc.calls.mmap(
                Pointer.NULL,
                new NativeLong(bytes),
                isWritable ? PROT_READ | PROT_WRITE : PROT_READ,
                MAP_SHARED,
                map.fd(),
                new NativeLong(offset));
        if (Pointer.nativeValue(address) == MAP_FAILED) {
            throw new SystemCallException("mmap of " + map.name(), Native.getLastError());
        }
        return new MappedMemory(address, bytes);
    }

    /** All of the only value of an array, writable. */
    public static MappedMemory ofValue(BpfMap array, int valueBytes) throws SystemCallException {
        int page = Bpf.pageBytes();
        return of(array, 0, (valueBytes + page - 1L) / page * page, true);
    }

    /** In native byte order. */
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void close() {
        Libc.calls.munmap(address, new NativeLong(bytes));
    }
}
