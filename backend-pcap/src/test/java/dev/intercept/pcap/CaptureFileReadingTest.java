package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Commands;
import dev.intercept.pcap.link.Frames;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several files, compressed ones, pipes, and files with invalid bytes. */
@Timeout(60)
class CaptureFileReadingTest {

    private static final List<byte[]> PACKETS = Responses.varied(500, 11);

    @TempDir
    private Path directory;

    @Test
    void shouldReadSeveralFilesInOrderAndAgain() throws Exception {
        Path first = pcap("a.pcap", PACKETS.subList(0, 300));
        Path second = CaptureFiles.pcapng(directory.resolve("b.pcapng"), 1, frames(PACKETS.subList(300, 500)));
        List<byte[]> twice = new ArrayList<>(PACKETS);
        twice.addAll(PACKETS);
        try (CaptureBackend backend =
                Backends.open("--read", first + "," + second, "--loop", "2").get(0)) {
            assertEquals(Recorder.hex(twice), new Recorder().readAll(backend).packets());
            assertEquals(1000, backend.kernelStats().received());
        }
    }

    @Test
    void shouldReadWithoutEndWhenAskedTo() throws Exception {
        try (CaptureBackend backend = Backends.open(
                        "--read", pcap("a.pcap", PACKETS).toString(), "--loop", "0")
                .get(0)) {
            Recorder recorder = new Recorder();
            while (recorder.packets().size() < 3 * PACKETS.size()) {
                assertTrue(backend.poll(recorder, 64, 100) >= 0, "no end");
            }
            assertEquals(recorder.packets().get(0), recorder.packets().get(2 * PACKETS.size()));
        }
    }

    @Test
    void shouldSayOfEachOfSeveralFilesWhatIsWrongBeforeAnythingIsRead() throws Exception {
        Path good = pcap("a.pcap", PACKETS);
        BackendException e = assertThrows(
                BackendException.class, () -> Backends.open("--read", good + "," + directory.resolve("none.pcap")));
        assertEquals("--read " + directory.resolve("none.pcap") + ": there is no such file", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void shouldReadACompressedFileWhateverItsName(String program) throws Exception {
        Path file = pcap("a.pcap", PACKETS);
        Path packed = directory.resolve("packed");
        String both = program + " -c " + file + " > " + packed;
        Commands.exec("sh", "-c", both);
        assertReads(PACKETS, packed);
    }

    @Test
    void shouldReadAFileThatWasCompressedPieceByPiece() throws Exception {
        byte[] bytes = Files.readAllBytes(pcap("a.pcap", PACKETS));
        Path packed = directory.resolve("pieces.gz");
        try (OutputStream out = Files.newOutputStream(packed)) {
            for (int at = 0; at < bytes.length; at += 10_000) {
                Path piece = Files.write(
                        directory.resolve("piece"), Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 10_000)));
                Commands.exec("gzip", "-f", piece.toString());
                out.write(Files.readAllBytes(directory.resolve("piece.gz")));
            }
        }
        assertReads(PACKETS, packed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void shouldSayThatACompressedFileIsCutShort(String program) throws Exception {
        Path packed = directory.resolve("packed");
        Commands.exec("sh", "-c", program + " -c " + pcap("a.pcap", PACKETS) + " | head -c 20000 > " + packed);
        BackendException e = assertThrows(BackendException.class, () -> assertReads(PACKETS, packed));
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "--read " + packed + ": is compressed with " + program + ", and cannot be unpacked: "),
                e.getMessage());
    }

    @Test
    void shouldNameTheCommandThatUnpacksWhatItCannot() throws Exception {
        Path packed = Files.write(directory.resolve("a"), new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 4});
        BackendException e = assertThrows(BackendException.class, () -> Backends.file(packed));
        assertEquals(
                "--read " + packed
                        + ": is compressed, which is not read here: xz -dc FILE | intercept --backend=pcap --read=-",
                e.getMessage());
    }

    @Test
    void shouldReadAPipeAsItsWriterWrites() throws Exception {
        Path pipe = pipe();
        byte[] bytes = Files.readAllBytes(pcap("a.pcap", PACKETS));
        Recorder recorder = new Recorder();
        CaptureBackend backend = Backends.file(pipe);
        assertEquals(0, backend.poll(recorder, 64, 1), "nobody writes");
        try (backend) {
            try (OutputStream writer = Files.newOutputStream(pipe)) {
                assertEquals(0, backend.poll(recorder, 64, 1), "nothing was written");
                writer.write(bytes, 0, bytes.length / 2);
                recorder.await(backend, PACKETS.size() / 3);
                assertTrue(recorder.packets().size() < PACKETS.size());
                writer.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
            }
            assertEquals(Recorder.hex(PACKETS), recorder.readAll(backend).packets());
        }
    }

    @Test
    void shouldReadACompressedPipe() throws Exception {
        Path pipe = pipe();
        Process gzip = new ProcessBuilder("sh", "-c", "zstd -c " + pcap("a.pcap", PACKETS) + " > " + pipe).start();
        assertReads(PACKETS, pipe);
        assertEquals(0, gzip.waitFor());
    }

    @Test
    void shouldEndAPollThatWaitsForAPipeWhenClosed() throws Exception {
        Path pipe = pipe();
        CaptureBackend backend = Backends.file(pipe);
        assertEquals(0, backend.poll(new Recorder(), 64, 1));
        try (OutputStream writer = Files.newOutputStream(pipe)) {
            writer.flush();
            assertEquals(0, backend.poll(new Recorder(), 64, 1));
            CompletableFuture<Integer> poll = CompletableFuture.supplyAsync(() -> pollForAMinute(backend));
            backend.close();
            assertEquals(CaptureBackend.END, poll.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldSayWhatARecordClaimsAndWhere() throws Exception {
        Path file = pcap("a.pcap", PACKETS.subList(0, 2));
        byte[] bytes = Files.readAllBytes(file);
        int at = 24 + 16 + Frames.ethernet(PACKETS.get(0)).length;
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(at + 8, 0x7fff_ffff);
        Files.write(file, bytes);
        BackendException e = assertThrows(BackendException.class, () -> assertReads(PACKETS, file));
        assertEquals(
                "--read " + file + ": at byte " + at
                        + " a record says that 2147483647 bytes were captured, and no frame "
                        + "has more than 4194280; the 1 frames before that were read",
                e.getMessage());
    }

    @Test
    void shouldReadOrRefuseAFileWithAnyBytesWrong() throws Exception {
        byte[][] good = {
            Files.readAllBytes(pcap("a.pcap", PACKETS.subList(0, 20))),
            Files.readAllBytes(CaptureFiles.pcapng(directory.resolve("a.pcapng"), 1, frames(PACKETS.subList(0, 20))))
        };
        Random random = new Random(77);
        Path file = directory.resolve("odd");
        int refused = 0;
        for (int n = 0; n < 200; n++) {
            byte[] bytes = good[n % 2].clone();
            for (int i = 0; i < 3; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, Arrays.copyOf(bytes, bytes.length - random.nextInt(3)));
            try (CaptureBackend backend = Backends.file(file)) {
                new Recorder().readAll(backend);
            } catch (BackendException e) {
                assertTrue(e.getMessage().startsWith("--read " + file + ": "), e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 60, "refused: " + refused);
    }

    private static int pollForAMinute(CaptureBackend backend) {
        try {
            return backend.poll(new Recorder(), 64, 60_000);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    private Path pipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        Commands.exec("mkfifo", pipe.toString());
        return pipe;
    }

    private Path pcap(String name, List<byte[]> packets) throws Exception {
        return CaptureFiles.pcap(directory.resolve(name), 1, frames(packets));
    }

    private static List<byte[]> frames(List<byte[]> packets) {
        return packets.stream().map(Frames::ethernet).toList();
    }

    private static void assertReads(List<byte[]> packets, Path file) throws Exception {
        try (CaptureBackend backend = Backends.file(file)) {
            assertEquals(Recorder.hex(packets), new Recorder().readAll(backend).packets());
        }
    }
}
