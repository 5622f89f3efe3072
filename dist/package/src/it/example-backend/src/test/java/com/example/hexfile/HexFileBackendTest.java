package com.example.hexfile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract leaves to the backend: how a line is read, where a file ends, and what is said about mistakes. */
class HexFileBackendTest {

    @TempDir
    Path directory;

    private CaptureBackendProvider provider() {
        return ServiceLoader.load(CaptureBackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("hexfile"))
                .findFirst()
                .orElseThrow();
    }

    private CaptureBackend open(Map<String, String> options) throws BackendException {
        return provider()
                .open(new BackendOptions(provider().options(), options))
                .get(0);
    }

    private CaptureBackend open(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("packets.hex"), content);
        return open(Map.of("--hex-file", file.toString()));
    }

    private static List<String> packetsOf(CaptureBackend backend) throws BackendException {
        List<String> packets = new ArrayList<>();
        int handed = 0;
        while (handed != CaptureBackend.END) {
            handed = backend.poll(
                    packet -> {
                        byte[] bytes = new byte[packet.remaining()];
                        packet.get(bytes);
                        packets.add(HexFormat.of().formatHex(bytes));
                        return Verdict.DROP;
                    },
                    2,
                    0);
        }
        return packets;
    }

    @Test
    void shouldReadOnePacketALineWithBlanksAndComments() throws Exception {
        CaptureBackend backend = open("# two packets\n45 00 00 28  # the first\n\n4500aBcD\r\n");
        assertEquals(List.of("45000028", "4500abcd"), packetsOf(backend));
    }

    @Test
    void shouldTakeALastLineWithoutLineFeed() throws Exception {
        assertEquals(List.of("45"), packetsOf(open("45")));
    }

    @Test
    void shouldCountMalformedLinesAndGoOn() throws Exception {
        CaptureBackend backend = open("4500x0\n450\n4501\n" + "00".repeat(HexLine.MAX_PACKET_BYTES + 1) + "\n");
        assertEquals(List.of("4501"), packetsOf(backend));
        assertEquals(3, backend.kernelStats().lost());
        assertEquals(1, backend.kernelStats().received());
    }

    @Test
    void shouldFollowTheFileWhenAsked() throws Exception {
        Path file = Files.writeString(directory.resolve("packets.hex"), "4500");
        CaptureBackend backend = open(Map.of("--hex-file", file.toString(), "--hex-follow", "true"));
        assertEquals(0, backend.poll(packet -> Verdict.DROP, 1, 0));
        Files.writeString(file, "4500\n");
        assertEquals(1, backend.poll(packet -> Verdict.DROP, 1, 1000));
        backend.close();
    }

    @Test
    void shouldSayWhatIsMissing() {
        BackendException none = assertThrows(BackendException.class, () -> open(Map.of()));
        assertEquals(BackendException.Kind.USAGE, none.kind());
        assertEquals("--hex-file is missing: name the file with the packets", none.getMessage());
        BackendException gone =
                assertThrows(BackendException.class, () -> open(Map.of("--hex-file", "/nowhere/packets.hex")));
        assertTrue(gone.getMessage().startsWith("--hex-file /nowhere/packets.hex (No such file"), gone.getMessage());
    }
}
