package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bridge carries packets of the real kernel to a listener of ip_queue, and its verdicts back. */
class NfqueueBridgeTest {

    private static final int WAIT_MS = 60_000;
    private static final int SHORT_MS = 50;

    @Test
    void shouldDropWhatNobodyListensTo(@TempDir Path proc) throws Exception {
        try (BridgeFixture fixture = new BridgeFixture(proc)) {
            fixture.inject(packet(1));
            assertEquals(Optional.empty(), fixture.accepted(SHORT_MS));
        }
    }

    @Test
    void shouldCountWhatItCarried(@TempDir Path proc) throws Exception {
        try (BridgeFixture fixture = new BridgeFixture(proc);
                CaptureBackend backend = fixture.open()) {
            for (int i = 0; i < 4; i++) {
                fixture.inject(packet(i));
            }
            int judged = 0;
            while (judged < 4) {
                judged += backend.poll(
                        packet -> Packets.number(packet) == 3 ? Verdict.ACCEPT : Verdict.DROP, 64, WAIT_MS);
            }
            assertTrue(fixture.accepted(WAIT_MS).isPresent());
            assertEquals(Optional.empty(), fixture.accepted(SHORT_MS));
            assertEquals(1, fixture.bridge().accepted());
            assertEquals(3, fixture.bridge().dropped());
            assertEquals(0, fixture.bridge().unanswered());
        }
    }

    private static byte[] packet(int number) {
        return new PacketBuilder().identification(number + 1).sequence(number).build();
    }
}
