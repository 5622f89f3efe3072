package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.KernelStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the NOTES of the man page have users watch. */
class KernelReadingsTest {

    private static final String STATUS = """
            Peer PID          : 54
            Copy mode         : 2
            Copy range        : 128
            Queue length      : %d
            Queue max. length : 1024
            Queue dropped     : %d
            Netlink dropped   : %d
            """;

    @TempDir
    Path proc;

    @BeforeEach
    void writeSettings() throws IOException {
        write("sys/net/core/rmem_max", "212992\n");
        write("sys/net/core/wmem_max", "131071\n");
    }

    @Test
    void shouldCountLossesSinceItBegan() throws IOException {
        status(0, 100, 50);
        KernelReadings readings = new KernelReadings(new ProcFiles(proc), "");
        status(7, 103, 51);
        readings.refresh();
        KernelStats stats = readings.stats(12);
        assertEquals(7, stats.queued());
        assertEquals(12, stats.received());
        assertEquals(
                List.of("queue_dropped 3", "netlink_dropped 1"),
                stats.losses().stream()
                        .map(loss -> loss.name() + " " + loss.packets())
                        .toList());
    }

    @Test
    void shouldNameTheQueueLengthSettingWithItsPresentValue() throws IOException {
        status(0, 0, 0);
        assertEquals(
                "sysctl -w net.ipv4.ip_queue_maxlen=8192  # now 1024",
                remedies().get(0));
    }

    @Test
    void shouldAskForAQueueThatTakesTheWorstBurst() throws IOException {
        status(0, 100, 0);
        KernelReadings readings = new KernelReadings(new ProcFiles(proc), "");
        for (long dropped : new long[] {7400, 7500, 22_800, 22_900}) {
            status(0, dropped, 0);
            readings.refresh();
        }
        // 15300 in one reading, and 1024 that had room.
        assertEquals(
                "sysctl -w net.ipv4.ip_queue_maxlen=16384  # now 1024",
                readings.stats(0).losses().get(0).remedy());
    }

    @Test
    void shouldNameTheBufferSettingsWithTheirPresentValues() throws IOException {
        status(0, 0, 0);
        assertEquals(
                "sysctl -w net.core.rmem_max=33554432 net.core.wmem_max=33554432  # now 212992 and 131071; then restart"
                        + " intercept",
                remedies().get(1));
    }

    @Test
    void shouldAskForABufferAsLargeAsTheSettingAllows() throws IOException {
        assertEquals(16 << 20, KernelReadings.receiveBufferBytes(new ProcFiles(proc)));
        write("sys/net/core/rmem_max", "67108864\n");
        assertEquals(64 << 20, KernelReadings.receiveBufferBytes(new ProcFiles(proc)));
    }

    @Test
    void shouldSayUnknownWhereASettingCannotBeRead() throws IOException {
        status(0, 0, 0);
        Files.delete(proc.resolve("sys/net/core/rmem_max"));
        Files.writeString(proc.resolve("sys/net/core/wmem_max"), "many");
        assertEquals(
                "sysctl -w net.core.rmem_max=33554432 net.core.wmem_max=33554432  # now unknown and unknown; then"
                        + " restart intercept",
                remedies().get(1));
    }

    @Test
    void shouldBeginAgainWhenTheModuleWasLoadedAgain() throws IOException {
        status(0, 100, 50);
        KernelReadings readings = new KernelReadings(new ProcFiles(proc), "");
        status(0, 2, 0);
        readings.refresh();
        assertEquals(2, readings.stats(0).lost());
    }

    @Test
    void shouldKeepTheLastReadingWhenTheFileGoes() throws IOException {
        status(0, 0, 0);
        KernelReadings readings = new KernelReadings(new ProcFiles(proc), "");
        status(3, 4, 5);
        readings.refresh();
        Files.delete(proc.resolve("net/ip_queue"));
        readings.refresh();
        assertEquals(3, readings.stats(0).queued());
        assertEquals(9, readings.stats(0).lost());
    }

    @Test
    void shouldReadTheStatusAndForgiveWhatItDoesNotUnderstand() throws IOException {
        status(3, 4, 5);
        assertEquals(
                new QueueStatus(54, 3, 1024, 4, 5),
                new ProcFiles(proc).queueStatus().orElseThrow());
        assertEquals(
                new QueueStatus(0, 0, 0, 8, 0),
                QueueStatus.parse(List.of("", "Peer PID : x", "no colon", ":", "Queue dropped:8", "New field : 1")));
    }

    private List<String> remedies() {
        return new KernelReadings(new ProcFiles(proc), "")
                .stats(0).losses().stream().map(KernelStats.Loss::remedy).toList();
    }

    private void status(long length, long queueDropped, long netlinkDropped) throws IOException {
        write("net/ip_queue", STATUS.formatted(length, queueDropped, netlinkDropped));
    }

    private void write(String name, String text) throws IOException {
        Path file = proc.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
