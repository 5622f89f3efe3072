package dev.intercept.ebpf;

import dev.intercept.bpf.Ring;
import dev.intercept.bpf.Sleeper;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;
import dev.intercept.spi.RouteListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One ring. The kernel's program has stopped each packet before its header is seen here.
 *
 * <p>While headers come briskly the ring is read in turns with pauses, and nobody wakes anybody. Only a reader that wants to
 * sleep says so in the lane's flag, looks once more, and is then woken by the program.
 */
final class EbpfLane implements CaptureBackend {

    /** Name of the loss; never changes. */
    static final String RING_FULL = "ring_full";

    /** The same of what was stopped to be sure. */
    static final String ROUTES_FULL = "routes_full";

    private static final int UNAWAITED_US = 1_000;

    private static final Logger LOG = System.getLogger(EbpfLane.class.getName());
    private static final VarHandle INT32 = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT64 = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final String name;
    private final int lane;
    private final Capture capture;
    private final Ring ring;
    private final Sleeper sleeper;
    private final GatherPause gathering;
    private final ByteBuffer packet;
    private final PollGate gate;
    private long pauseNs;
    private boolean isFollowing;
    private volatile long received;

    private long failedWaits;

    /** Guards the counts against the end of the mapping. */
    private final Object statistics = new Object();

    private boolean isFreed;
    private long lost;

    /** @throws SystemCallException when the ring cannot be mapped; nothing stays open then */
    EbpfLane(int lane, Capture capture) throws SystemCallException {
        this.lane = lane;
        this.capture = capture;
        name = "ebpf:" + lane;
        ring = new Ring(capture.maps().rings().get(lane), capture.settings().ringBytes());
        try {
            sleeper = new Sleeper(capture.maps().rings().get(lane));
        } catch (SystemCallException e) {
            ring.close();
            throw e;
        }
        gathering = new GatherPause(capture.settings().gatherUs() * 1_000L, System.nanoTime());
        packet = ByteBuffer.allocateDirect(capture.settings().copyRangeBytes());
        gate = new PollGate(sleeper::wake, this::free);
        received = capture.control().getLong(ControlLayout.received(lane));
    }

    @Override
    public String lane() {
        return name;
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) {
        if (!gate.enter()) {
            return END;
        }
        try {
            follow();
            if (pauseNs > 0 && timeoutMs > 0) {
                sleeper.pause((int) (pauseNs / 1_000));
                pauseNs = 0;
            }
            int handed = take(handler, limit);
            if (handed == 0 && timeoutMs > 0) {
                handed = await(handler, limit, timeoutMs);
            }
            return handed == 0 && gate.isClosed() ? END : handed;
        } finally {
            gate.leave();
        }
    }

    /** By the polling thread, which has the privileges that are left once intercept has become another user. */
    private void follow() {
        if (!isFollowing) {
            isFollowing = true;
            capture.follow();
        }
    }

    private int await(PacketHandler handler, int limit, int timeoutMs) {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        int leftMs = timeoutMs;
        int handed = 0;
        while (handed == 0 && leftMs > 0 && !gate.isClosed()) {
            handed = sleep(handler, limit, leftMs);
            leftMs = (int) ((deadlineNs - System.nanoTime() + 999_999) / 1_000_000);
        }
        return handed;
    }

    private int sleep(PacketHandler handler, int limit, int timeoutMs) {
        int flag = ControlLayout.sleeping(lane);
        INT32.setOpaque(capture.control(), flag, 1);
        VarHandle.fullFence();
        int handed;
        try {
            handed = take(handler, limit);
            if (handed == 0 && !gate.isClosed()) {
                afterWait(sleeper.await(timeoutMs));
            }
        } finally {
            INT32.setOpaque(capture.control(), flag, 0);
        }
        return handed > 0 || gate.isClosed() ? handed : take(handler, limit);
    }

    /** Where waiting fails the ring is looked at every millisecond, so that nothing is lost and no processor is burnt. */
    private void afterWait(int errno) {
        if (errno != 0) {
            if (failedWaits++ == 0) {
                LOG.log(
                        Level.WARNING,
                        "{0}: waiting for headers failed: {1}; they are looked for every millisecond instead",
                        name,
                        Errno.text(errno));
            }
            sleeper.pause(UNAWAITED_US);
        }
    }

    private int take(PacketHandler handler, int limit) {
        int handed = 0;
        boolean isEmpty = false;
        try {
            while (handed < limit && !isEmpty && !gate.isClosed()) {
                isEmpty = !ring.next();
                if (!isEmpty) {
                    handed++;
                    hand(handler);
                }
            }
        } finally {
            ring.release();
            received = received + handed;
        }
        gathering.add(handed);
        if (handed > 0) {
            pauseNs = isEmpty ? gathering.afterEmptying(System.nanoTime()) : 0;
        }
        return handed;
    }

    /** The ring cannot be written to; a handler may write, so it gets a copy. */
    private void hand(PacketHandler handler) {
        ByteBuffer data = ring.data();
        int record = ring.payload();
        int copied = Math.min(packet.capacity(), data.getInt(record + RecordLayout.COPIED_OFFSET));
        packet.clear().limit(copied);
        packet.put(0, data, record + RecordLayout.PACKET_OFFSET, copied);
        handler.onPacket(
                packet,
                data.getInt(record + RecordLayout.LENGTH_OFFSET),
                data.getLong(record + RecordLayout.DELAY_OFFSET));
    }

    @Override
    public Optional<RouteListener> routeListener() {
        return capture.routes().map(Function.identity());
    }

    @Override
    public void adopt(BackendOptions options) throws BackendException {
        capture.adopt(EbpfSettings.from(options));
    }

    /** The first lane's has what all share. */
    @Override
    public Optional<HeldSource> held() {
        synchronized (statistics) {
            if (isFreed) {
                return Optional.empty();
            }
            capture.control().putLong(ControlLayout.received(lane), received);
            return lane == 0 ? Optional.of(capture.held()) : Optional.empty();
        }
    }

    @Override
    public KernelStats kernelStats() {
        synchronized (statistics) {
            readLost();
            List<KernelStats.Loss> losses = new ArrayList<>(List.of(ringFull()));
            if (lane == 0) {
                capture.routes().ifPresent(routes -> losses.add(unlisted(routes)));
            }
            return new KernelStats(0, received, losses);
        }
    }

    private KernelStats.Loss ringFull() {
        int ringBytes = capture.settings().ringBytes();
        return new KernelStats.Loss(
                RING_FULL,
                lost,
                "headers of stopped answers found the ring full",
                "intercept --backend=ebpf " + EbpfSettings.RING + "="
                        + Math.min(EbpfSettings.MAX_RING_BYTES, 2L * ringBytes) + "  # now " + ringBytes
                        + "; and give intercept a processor of its own");
    }

    private static KernelStats.Loss unlisted(KernelRoutes routes) {
        return new KernelStats.Loss(
                ROUTES_FULL,
                routes.stoppedUnlisted(),
                "answers, some of them perhaps of nobody's replay, were stopped since the kernel took no more routes",
                "intercept --backend=ebpf --max-sessions=" + routes.maxSessions() + "  # or fewer");
    }

    private void readLost() {
        if (!isFreed) {
            lost = (long) INT64.getVolatile(capture.control(), ControlLayout.lost(lane));
        }
    }

    @Override
    public void close() {
        gate.close();
    }

    private void free() {
        synchronized (statistics) {
            readLost();
            isFreed = true;
        }
        if (failedWaits > 0) {
            LOG.log(Level.INFO, "{0}: waiting failed {1} times", name, failedWaits);
        }
        sleeper.close();
        ring.close();
        capture.release();
    }
}
