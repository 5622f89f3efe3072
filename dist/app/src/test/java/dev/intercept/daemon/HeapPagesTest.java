package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of the test's own in place of the heap; the kernel says which of its pages are there. */
class HeapPagesTest {

    private static final long BYTES = 32L << 20;
    private static final long MI_B = 1L << 20;
    private static final int PAGE_BYTES = 4096;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    interface Libc extends Library {
        Pointer mmap(Pointer address, NativeLong bytes, int protection, int flags, int fd, NativeLong offset)
                throws LastErrorException;

        int munmap(Pointer address, NativeLong bytes) throws LastErrorException;

        int mincore(Pointer address, NativeLong bytes, byte[] resident) throws LastErrorException;
    }

    private final Libc libc = Native.load("c", Libc.class);

    @TempDir
    Path scratch;

    private Path maps(String... lines) throws IOException {
        return Files.write(scratch.resolve("maps"), List.of(lines));
    }

    private static String line(long start, long end) {
        return Long.toHexString(start) + "-" + Long.toHexString(end) + " rw-p 00000000 00:00 0 ";
    }

    /** From the first byte on that is there or not. */
    private List<Long> changes(Pointer memory) {
        byte[] resident = new byte[(int) (BYTES / PAGE_BYTES)];
        libc.mincore(memory, new NativeLong(BYTES), resident);
        List<Long> changes = new ArrayList<>();
        int latest = 0;
        for (int i = 0; i < resident.length; i++) {
            if ((resident[i] & 1) != latest) {
                latest = resident[i] & 1;
                changes.add((long) i * PAGE_BYTES);
            }
        }
        return changes;
    }

    @Test
    void shouldKeepMemoryReadyBehindWhatIsUsed() throws Exception {
        Pointer memory = libc.mmap(
                Pointer.NULL, new NativeLong(BYTES), PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, new NativeLong(0));
        long start = Pointer.nativeValue(memory);
        AtomicLong used = new AtomicLong(5 * MI_B);
        HeapPages pages = new HeapPages(
                Native.load("c", HeapPages.Libc.class), maps(line(start, start + BYTES)), () -> BYTES, used::get);
        try {
            pages.run();
            assertEquals(List.of(5 * MI_B, 6 * MI_B), changes(memory));
            run(pages, 20);
            assertEquals(List.of(5 * MI_B, 5 * MI_B + HeapPages.AHEAD_BYTES), changes(memory));
            used.set(10 * MI_B);
            run(pages, 20);
            assertEquals(List.of(5 * MI_B, 10 * MI_B + HeapPages.AHEAD_BYTES), changes(memory));
            used.set(31 * MI_B); // The rest of it.
            run(pages, 20);
            assertEquals(
                    List.of(5 * MI_B, 10 * MI_B + HeapPages.AHEAD_BYTES, 31 * MI_B), changes(memory), "not behind it");
        } finally {
            libc.munmap(memory, new NativeLong(BYTES));
        }
    }

    private static void run(HeapPages pages, int times) {
        for (int i = 0; i < times; i++) {
            pages.run();
        }
    }

    @Test
    void shouldEndWithTheFirstRefusal() throws Exception {
        List<Long> calls = new ArrayList<>();
        HeapPages pages = new HeapPages(
                (address, bytes, advice) -> {
                    calls.add(bytes.longValue());
                    throw new LastErrorException(22);
                },
                maps(line(MI_B, MI_B + BYTES)),
                () -> BYTES,
                () -> 0);
        run(pages, 3);
        assertEquals(List.of(HeapPages.STEP_BYTES), calls);
    }

    @Test
    void shouldDoNothingWhereTheHeapIsNotOneMapping() {
        assertEquals(Optional.empty(), HeapPages.Mapping.of(List.of(line(MI_B, 2 * MI_B)), BYTES));
        assertEquals(
                Optional.empty(),
                HeapPages.Mapping.of(List.of(line(MI_B, MI_B + BYTES), line(BYTES * 2, BYTES * 3)), BYTES));
        assertEquals(
                Optional.empty(),
                HeapPages.Mapping.of(List.of("100000-2100000 rw-p 00000000 08:01 77   /a/file"), BYTES));
    }

    @Test
    void shouldFindTheHeapOfARuntimeWithTheSerialCollector() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xms64m",
                        "-Xmn2m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OwnHeap.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), printed);
        assertTrue(printed.startsWith("one mapping"), printed);
    }

    /** Its own heap's mapping, in a process of its own. */
    static final class OwnHeap {

        private OwnHeap() {}

        public static void main(String[] arguments) throws IOException {
            long bytes = Runtime.getRuntime().totalMemory();
            List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
            System.out.println(HeapPages.Mapping.of(maps, bytes).isPresent() ? "one mapping" : bytes + ": " + maps);
        }
    }
}
