package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.pcap.link.Frames;
import dev.intercept.pcap.link.LinkLayers;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReplayTest {

    private static final int ETHERNET = 1;

    @TempDir
    private Path directory;

    @Test
    void shouldHandOnEveryPacketAndThenEnd() throws Exception {
        List<byte[]> packets = Responses.varied(1_000, 1);
        try (CaptureBackend backend = Backends.file(file(packets))) {
            assertEquals(Recorder.hex(packets), new Recorder().readAll(backend).packets());
            assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 1, 0));
            assertFalse(backend.issuesVerdicts());
        }
    }

    @Test
    void shouldSayByTheFrameHowLongAPacketIsWhoseTotalLengthIs0() throws Exception {
        assertEquals(Collections.nCopies(10, 1440), lengthsIn("tso-length-0.pcap"));
        assertEquals(List.of(40), lengthsIn("tso-length-0-header-only.pcap"));
    }

    private static List<Integer> lengthsIn(String input) throws Exception {
        Path file = Path.of(FileReplayTest.class.getResource("/inputs/" + input).toURI());
        try (CaptureBackend backend = Backends.file(file)) {
            return new Recorder().readAll(backend).lengths();
        }
    }

    @Test
    void shouldHandOnNoMorePacketsThanTheLimit() throws Exception {
        try (CaptureBackend backend = Backends.file(file(Responses.varied(100, 2)))) {
            Recorder recorder = new Recorder();
            assertEquals(7, backend.poll(recorder, 7, 0));
            assertEquals(7, recorder.packets().size());
        }
    }

    @Test
    void shouldCountWhatItReadAndLoseNothing() throws Exception {
        CaptureBackend backend = Backends.file(file(Responses.varied(300, 3)));
        new Recorder().readAll(backend);
        assertEquals(300, backend.kernelStats().received());
        assertEquals(0, backend.kernelStats().lost());
        backend.close();
        assertEquals(300, backend.kernelStats().received());
    }

    @Test
    void shouldBeNamedAfterItsFile() throws Exception {
        Path file = file(List.of());
        try (CaptureBackend backend = Backends.file(file)) {
            assertEquals("pcap:" + file, backend.lane());
        }
    }

    @Test
    void shouldEndAtOnceWhenTheFileHoldsNoPackets() throws Exception {
        try (CaptureBackend backend = Backends.file(file(List.of()))) {
            assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 64, 1000));
        }
    }

    @Test
    void shouldHandOnOnlyWhatPassesTheFilter() throws Exception {
        List<byte[]> packets = List.of(Responses.response(1), Responses.response(2), Responses.response(3));
        try (CaptureBackend backend = Backends.open(
                        "--read", file(packets).toString(), "--filter", "dst host 192.0.2.3")
                .get(0)) {
            assertEquals(
                    Recorder.hex(List.of(Responses.response(2))),
                    new Recorder().readAll(backend).packets());
        }
    }

    @Test
    void shouldReadLongFramesInSmallerBatches() throws Exception {
        List<byte[]> packets = Arrays.asList(new byte[300][]);
        packets.replaceAll(none -> new PacketBuilder().payload(new byte[65_000]).build());
        try (CaptureBackend backend = Backends.file(file(packets))) {
            assertEquals(Recorder.hex(packets), new Recorder().readAll(backend).packets());
        }
    }

    @Test
    void shouldThrowOnWhatTheHandlerThrowsAndGoOnBehindThatPacket() throws Exception {
        List<byte[]> packets = Responses.varied(3, 4);
        try (CaptureBackend backend = Backends.file(file(packets))) {
            RuntimeException thrown = new RuntimeException("handler");
            assertSame(
                    thrown,
                    assertThrows(
                            RuntimeException.class,
                            () -> backend.poll(
                                    packet -> {
                                        throw thrown;
                                    },
                                    64,
                                    0)));
            assertEquals(
                    Recorder.hex(packets.subList(1, 3)),
                    new Recorder().readAll(backend).packets());
        }
    }

    @Test
    void shouldHandOnWhatIsWholeBeforeItSaysThatTheFileIsCutShort() throws Exception {
        List<byte[]> packets = Responses.varied(10, 5);
        Path file = file(packets);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
        try (CaptureBackend backend = Backends.file(file)) {
            Recorder recorder = new Recorder();
            BackendException e = assertThrows(BackendException.class, () -> recorder.readAll(backend));
            assertEquals(Recorder.hex(packets.subList(0, 9)), recorder.packets());
            assertEquals(BackendException.Kind.BAD_CONFIGURATION, e.kind());
            byte[] last = Frames.ethernet(packets.get(9));
            assertEquals(
                    "--read " + file + ": at byte " + (bytes.length - 16 - last.length)
                            + " the file ends within a record of " + (16 + last.length) + " bytes, "
                            + (13 + last.length) + " bytes of it are there; the 9 frames before that were read",
                    e.getMessage());
        }
    }

    @Test
    void shouldSayWhatIsWrongWithAFileThatIsNotACapture() throws Exception {
        Path file =
                Files.writeString(directory.resolve("notes.txt"), "no capture at all, but long enough for a header");
        BackendException e = assertThrows(BackendException.class, () -> Backends.file(file));
        assertEquals(
                "--read " + file
                        + ": is no capture file, it begins with 6e 6f 20 63; give a .pcap or .pcapng file, as tcpdump"
                        + " -w writes it",
                e.getMessage());
        assertEquals(BackendException.Kind.BAD_CONFIGURATION, e.kind());
    }

    @Test
    void shouldSayThatAFileIsNotThere() {
        Path file = directory.resolve("none.pcap");
        BackendException e = assertThrows(BackendException.class, () -> Backends.file(file));
        assertEquals("--read " + file + ": there is no such file", e.getMessage());
    }

    @Test
    void shouldSayThatItIsADirectory() {
        BackendException e = assertThrows(BackendException.class, () -> Backends.file(directory));
        assertEquals("--read " + directory + ": is a directory: name the files in it", e.getMessage());
    }

    @Test
    void shouldRefuseAFilterInLibpcapsOwnWords() throws Exception {
        Path file = file(List.of());
        BackendException e = assertThrows(
                BackendException.class, () -> Backends.open("--read", file.toString(), "--filter", "tcp prot 80"));
        assertEquals(BackendException.Kind.BAD_CONFIGURATION, e.kind());
        assertTrue(e.getMessage().startsWith("--filter 'tcp prot 80': "), e.getMessage());
        assertTrue(e.getMessage().contains("syntax error"), e.getMessage());
        assertTrue(e.getMessage().endsWith("; see pcap-filter(7), for example 'tcp and src port 80'"), e.getMessage());
    }

    @Test
    void shouldRefuseALinkTypeThatItCannotRead() throws Exception {
        Path file = CaptureFiles.pcap(directory.resolve("user0.pcap"), 147, List.of());
        BackendException e = assertThrows(BackendException.class, () -> Backends.file(file));
        assertEquals(BackendException.Kind.BAD_CONFIGURATION, e.kind());
        assertEquals(
                "--read " + file + ": its link type 147 is not understood; understood are " + LinkLayers.SUPPORTED,
                e.getMessage());
    }

    @Test
    void shouldReadAFileInItsOwnTimeWhenAsked() throws Exception {
        int gapMs = 40;
        try (CaptureBackend backend = inRealTime(gapMs)) {
            Recorder recorder = new Recorder();
            long startNs = System.nanoTime();
            assertEquals(1, backend.poll(recorder, 64, 0));
            recorder.readAll(backend);
            assertTrue(System.nanoTime() - startNs >= TimeUnit.MILLISECONDS.toNanos(2 * gapMs));
            assertEquals(3, recorder.packets().size());
        }
    }

    @Test
    void shouldEndAPollThatWaitsForItsTimeWhenClosed() throws Exception {
        CaptureBackend backend = inRealTime(60_000);
        assertEquals(1, backend.poll(new Recorder(), 64, 0));
        CompletableFuture<Integer> poll = CompletableFuture.supplyAsync(() -> pollForAMinute(backend));
        backend.close();
        assertEquals(CaptureBackend.END, poll.get(60, TimeUnit.SECONDS));
        assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 64, 0));
    }

    @Test
    void shouldLetTheHandlerCloseIt() throws Exception {
        CaptureBackend backend = Backends.file(file(Responses.varied(5, 6)));
        int handed = backend.poll(
                packet -> {
                    backend.close();
                    return Verdict.ACCEPT;
                },
                64,
                0);
        assertEquals(1, handed);
        assertEquals(CaptureBackend.END, backend.poll(new Recorder(), 64, 0));
    }

    private CaptureBackend inRealTime(int gapMs) throws Exception {
        List<byte[]> frames =
                Responses.varied(3, 7).stream().map(Frames::ethernet).toList();
        Path file = CaptureFiles.pcap(
                directory.resolve("slow.pcap"), ETHERNET, frames, gapMs * 1000, ByteOrder.nativeOrder());
        return Backends.open("--read", file.toString(), "--read-speed", "real").get(0);
    }

    private static int pollForAMinute(CaptureBackend backend) {
        try {
            return backend.poll(new Recorder(), 64, 60_000);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    private Path file(List<byte[]> packets) throws Exception {
        List<byte[]> frames = packets.stream().map(Frames::ethernet).toList();
        return CaptureFiles.pcap(directory.resolve("a.pcap"), ETHERNET, frames);
    }
}
