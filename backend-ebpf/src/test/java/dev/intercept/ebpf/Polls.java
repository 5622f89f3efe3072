package dev.intercept.ebpf;

import dev.intercept.kit.Await;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Polls until what is expected has come. */
final class Polls {

    private static final int POLL_MS = 100;

    private Polls() {}

    /** The next packets, each as many bytes as were copied. */
    static List<byte[]> packets(CaptureBackend backend, int count) throws Exception {
        List<byte[]> packets = new ArrayList<>();
        Await.until(() -> count + " packets; there are " + packets.size(), () -> {
            backend.poll(
                    packet -> {
                        byte[] bytes = new byte[packet.remaining()];
                        packet.get(bytes);
                        packets.add(bytes);
                        return Verdict.DROP;
                    },
                    64,
                    POLL_MS);
            return packets.size() >= count;
        });
        return packets;
    }
}
