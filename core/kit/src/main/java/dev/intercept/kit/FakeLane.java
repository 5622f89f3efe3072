package dev.intercept.kit;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.util.List;

/** A packet source without packets, whose kernel counts a test sets. */
public final class FakeLane implements CaptureBackend {

    public KernelStats stats = new KernelStats(0, 0, List.of());

    @Override
    public String lane() {
        return "nfqueue:0";
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) {
        return END;
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public KernelStats kernelStats() {
        return stats;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
