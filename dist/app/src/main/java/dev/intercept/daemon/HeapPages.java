package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Has the kernel put memory behind the free part of the heap before a collection copies into it. All threads wait for a collection, and a
 * first touch of a page costs it 0.1 µs, or 130 µs in a virtual machine whose host has to find that memory first.
 *
 * <p>The heap of the serial collector is one mapping, filled from its start on. Thread rule: one thread calls {@link #run}. Source:
 * madvise(2), proc_pid_maps(5).
 */
public final class HeapPages implements Runnable {

    /** What outlives some hundred collections. */
    static final long AHEAD_BYTES = 8L << 20;

    /** Of one call. */
    static final long STEP_BYTES = 1L << 20;

    /** asm-generic/mman-common.h, Linux 5.14: as if each page were written to, and its content stays. */
    private static final int MADV_POPULATE_WRITE = 23;

    /** The kernel's mapping also has the young generation's part that is empty by turns, which the runtime does not count. */
    private static final long UNCOUNTED_BYTES = 2L << 20;

    /** A multiple of every page size. */
    private static final long PAGE_BYTES = 64L << 10;

    private static final Logger LOG = System.getLogger(HeapPages.class.getName());

    /** The C library's call; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int madvise(Pointer address, NativeLong bytes, int advice) throws LastErrorException;
    }

    /** Where it is, both in bytes. */
    record Mapping(long start, long end) {

        /** The one for a heap of so many bytes; empty where none or several could be it. */
        static Optional<Mapping> of(List<String> maps, long heapBytes) {
            List<Mapping> fitting = maps.stream()
                    .filter(line -> line.contains(" rw-p 00000000 00:00 0"))
                    .map(Mapping::parse)
                    .filter(mapping -> mapping.bytes() >= heapBytes && mapping.bytes() <= heapBytes + UNCOUNTED_BYTES)
                    .toList();
            return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
        }

        private static Mapping parse(String line) {
            int dash = line.indexOf('-');
            return new Mapping(
                    Long.parseUnsignedLong(line, 0, dash, 16),
                    Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16));
        }

        private long bytes() {
            return end - start;
        }
    }

    private final Libc libc;
    private final Path maps;
    private final LongSupplier heapBytes;
    private final LongSupplier usedBytes;
    private long latestHeapBytes;
    private Optional<Mapping> heap = Optional.empty();
    private long populatedTo;
    private boolean isRefused;

    HeapPages(Libc libc, Path maps, LongSupplier heapBytes, LongSupplier usedBytes) {
        this.libc = libc;
        this.maps = maps;
        this.heapBytes = heapBytes;
        this.usedBytes = usedBytes;
    }

    /** Of this process. */
    public static HeapPages ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new HeapPages(
                Native.load("c", Libc.class),
                Path.of("/proc/self/maps"),
                runtime::totalMemory,
                () -> runtime.totalMemory() - runtime.freeMemory());
    }

    /** A step, where less than {@link #AHEAD_BYTES} is there; to be called again and again. Where the kernel does not know it, none. */
    @Override
    public void run() {
        if (isRefused) {
            return;
        }
        long bytes = heapBytes.getAsLong();
        if (bytes != latestHeapBytes) {
            latestHeapBytes = bytes;
            heap = find(bytes);
        }
        heap.ifPresent(this::step);
    }

    private void step(Mapping mapping) {
        long used = mapping.start + usedBytes.getAsLong() / PAGE_BYTES * PAGE_BYTES;
        long from = Math.max(populatedTo, used);
        long to = Math.min(from + STEP_BYTES, mapping.end);
        if (to <= from || to > used + AHEAD_BYTES) {
            return;
        }
        try {
            libc.madvise(new Pointer(from), new NativeLong(to - from), MADV_POPULATE_WRITE);
            populatedTo = to;
        } catch (LastErrorException e) {
            isRefused = true;
            LOG.log(Level.DEBUG, "no memory is kept ready for the heap: " + e.getMessage());
        }
    }

    private Optional<Mapping> find(long bytes) {
        try {
            return Mapping.of(Files.readAllLines(maps), bytes);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
