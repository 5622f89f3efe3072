package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A group of the real kernel's whose socket stays open from one backend to the next. */
class HeldGroupTest {

    private static final int WAIT_MS = 60_000;
    private static final int SEQUENCE_OFFSET = 24;

    private static final NflogProvider PROVIDER = new NflogProvider();

    private final List<Integer> sequences = new ArrayList<>();
    private final PacketHandler handler = packet -> {
        sequences.add(packet.getInt(packet.position() + SEQUENCE_OFFSET));
        return Verdict.DROP;
    };

    private static CaptureBackend open(GroupFixture fixture, Map<String, String> options, List<HeldSource> held)
            throws Exception {
        return fixture.namespace()
                .call(() -> PROVIDER.open(new BackendOptions(PROVIDER.options(), options), held))
                .get(0);
    }

    private static void inject(GroupFixture fixture, int first, int packets) throws Exception {
        for (int i = first; i < first + packets; i++) {
            fixture.inject(new PacketBuilder().sequence(i).build());
        }
    }

    /** Leaves some received and not handed over, and some in the socket. */
    private HeldSource left(GroupFixture fixture, Map<String, String> options) throws Exception {
        CaptureBackend backend = open(fixture, options, List.of());
        inject(fixture, 0, 5);
        assertEquals(1, backend.poll(handler, 1, WAIT_MS));
        backend.handOverTaken(handler);
        assertEquals(List.of(0, 1, 2, 3, 4), sequences);
        inject(fixture, 5, 5);
        return backend.held().orElseThrow();
    }

    private void pollUntil(CaptureBackend backend, int packets) throws Exception {
        while (sequences.size() < packets) {
            backend.poll(handler, 64, WAIT_MS);
        }
    }

    @Test
    void shouldHandOverWhatCameMeanwhileAndGoOnCounting() throws Exception {
        try (GroupFixture fixture = new GroupFixture()) {
            HeldSource held = left(fixture, Map.of());
            try (CaptureBackend next = open(fixture, Map.of(), List.of(held))) {
                inject(fixture, 10, 5);
                pollUntil(next, 15);
                assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), sequences);
                assertEquals(15, next.kernelStats().received());
                assertEquals(0, next.kernelStats().lost());
            }
        }
    }

    @Test
    void shouldCountWhatFoundTheBufferFullMeanwhile() throws Exception {
        try (GroupFixture fixture = new GroupFixture()) {
            Map<String, String> small = Map.of("--nflog-buffer", "65536");
            HeldSource held = left(fixture, small);
            inject(fixture, 10, 490);
            try (CaptureBackend next = open(fixture, small, List.of(held))) {
                while (next.poll(handler, 64, 0) > 0) {
                    // Until nothing waits: only the number of a later packet shows that some before it are missing.
                }
                inject(fixture, 500, 1);
                pollUntil(next, sequences.size() + 1);
                assertEquals(500, sequences.get(sequences.size() - 1));
                assertEquals(sequences.size(), next.kernelStats().received());
                assertEquals(501 - sequences.size(), next.kernelStats().lost());
            }
        }
    }

    @Test
    void shouldTakeTheGroupAnewWithOtherSettings() throws Exception {
        try (GroupFixture fixture = new GroupFixture()) {
            HeldSource held = left(fixture, Map.of());
            try (CaptureBackend next = open(fixture, Map.of("--nflog-buffer", "1048576"), List.of(held))) {
                inject(fixture, 10, 1);
                pollUntil(next, 6);
                assertEquals(10, sequences.get(5));
            }
        }
    }
}
