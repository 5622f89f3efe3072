package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener whose socket stays open from one backend to the next, over a stand-in of the kernel. */
class HeldListenerTest {

    private static final int WAIT_MS = 60_000;
    private static final int NF_ACCEPT = 1;
    private static final int NF_DROP = 0;

    private FakeKernel kernel;
    private final List<Integer> seen = new ArrayList<>();
    private final PacketHandler handler = packet -> {
        seen.add(Packets.number(packet));
        return Verdict.ACCEPT;
    };

    @BeforeEach
    void start(@TempDir Path proc) throws Exception {
        kernel = FakeKernel.start(0, proc);
    }

    @AfterEach
    void end() {
        kernel.close();
    }

    private CaptureBackend open(Map<String, String> options, List<HeldSource> held) throws Exception {
        IpQueueProvider provider = new IpQueueProvider(kernel.endpoint());
        return provider.open(new BackendOptions(provider.options(), options), held)
                .get(0);
    }

    /** The first of six is judged before. */
    private HeldSource left(List<CompletableFuture<Integer>> verdicts) throws Exception {
        CaptureBackend backend = open(Map.of(), List.of());
        for (int i = 0; i < 6; i++) {
            verdicts.add(kernel.queue(Packets.numbered(i, 60)));
        }
        assertEquals(1, backend.poll(handler, 1, WAIT_MS));
        return backend.held().orElseThrow();
    }

    private static int verdict(CompletableFuture<Integer> verdict) throws Exception {
        return verdict.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    @Test
    void shouldJudgeWhatCameMeanwhileAndGoOnCounting() throws Exception {
        List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
        HeldSource held = left(verdicts);
        int peer = kernel.ipQueue().peer();
        kernel.ipQueue().setMaxLength(5);
        assertEquals(NF_DROP, verdict(kernel.queue(Packets.numbered(6, 60))), "the queue is full");
        try (CaptureBackend next = open(Map.of(), List.of(held))) {
            kernel.publish();
            assertEquals(1, next.kernelStats().lost());
            while (seen.size() < 6) {
                next.poll(handler, 64, WAIT_MS);
            }
            for (CompletableFuture<Integer> verdict : verdicts) {
                assertEquals(NF_ACCEPT, verdict(verdict));
            }
            assertEquals(List.of(0, 1, 2, 3, 4, 5), seen);
            assertEquals(6, next.kernelStats().received());
            assertEquals(peer, kernel.ipQueue().peer());
        }
    }

    @Test
    void shouldListenAnewWithAnotherCopyRange() throws Exception {
        List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
        HeldSource held = left(verdicts);
        try (CaptureBackend next = open(Map.of("--copy-range", "256"), List.of(held))) {
            assertEquals(256, kernel.ipQueue().range());
            verdicts.add(kernel.queue(Packets.numbered(7, 60)));
            next.poll(handler, 64, WAIT_MS);
            assertEquals(NF_ACCEPT, verdict(verdicts.get(6)));
            assertEquals(NF_DROP, verdict(verdicts.get(5)), "what waited");
        }
    }
}
