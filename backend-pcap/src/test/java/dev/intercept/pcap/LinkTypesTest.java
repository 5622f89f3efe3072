package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Commands;
import dev.intercept.pcap.link.Frames;
import dev.intercept.spi.CaptureBackend;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same packets in files of every link type give the same packets to the handler. */
class LinkTypesTest {

    private static final List<byte[]> PACKETS = Responses.varied(200, 5);

    @TempDir
    private Path directory;

    static List<Frames.Kind> kinds() {
        return Frames.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldHandOnTheSamePacketsFromAPcapFileOfEveryLinkType(Frames.Kind kind) throws Exception {
        Path file = CaptureFiles.pcap(directory.resolve("a.pcap"), kind.linkType(), frames(kind));
        assertEquals(Recorder.hex(PACKETS), read(file));
        if (kind.isReadByTcpdump()) {
            assertReadableByTcpdump(file);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldHandOnTheSamePacketsFromAPcapngFileOfEveryLinkType(Frames.Kind kind) throws Exception {
        Path file = CaptureFiles.pcapng(directory.resolve("a.pcapng"), kind.linkType(), frames(kind));
        assertEquals(Recorder.hex(PACKETS), read(file));
    }

    @Test
    void shouldReadAFileOfTheOtherByteOrder() throws Exception {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        List<byte[]> frames = PACKETS.stream().map(Frames::ethernet).toList();
        Path file = CaptureFiles.pcap(directory.resolve("other.pcap"), 1, frames, 1, other);
        assertEquals(Recorder.hex(PACKETS), read(file));
    }

    private static List<byte[]> frames(Frames.Kind kind) {
        return PACKETS.stream().map(kind.frame()).toList();
    }

    private static List<String> read(Path file) throws Exception {
        String port = String.valueOf(Frames.VXLAN_PORT);
        try (CaptureBackend backend =
                Backends.open("--read", file.toString(), "--vxlan", port).get(0)) {
            return new Recorder().readAll(backend).packets();
        }
    }

    /** The files must be right, not only read as they were written. */
    private static void assertReadableByTcpdump(Path file) throws Exception {
        String printed = Commands.exec("tcpdump", "-n", "-t", "-r", file.toString());
        long packets = printed.lines()
                .filter(line -> line.contains("198.51.100.1.8080 > 192.0.2."))
                .count();
        assertEquals(PACKETS.size(), packets, printed.lines().limit(5).toList()::toString);
        assertTrue(printed.startsWith("reading from file"), printed);
    }
}
