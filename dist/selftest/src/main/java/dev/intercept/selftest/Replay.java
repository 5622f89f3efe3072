package dev.intercept.selftest;

import dev.intercept.kit.TunnelClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A small tcpcopy: opens its tunnels, claims routes, and carries forged connections through from SYN to FIN by the headers
 * that come back. One thread, one selector; everything between two events is a state machine without a clock of its own.
 */
final class Replay {

    /** Without any header for so long nothing will come any more: retransmissions are at most 3 s apart. */
    static final long STALL_NS = TimeUnit.SECONDS.toNanos(6);

    /** How often the monitor gets the progress and is asked. */
    private static final long MONITOR_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final int concurrency;
    private final Selector selector;
    private final ReplayMonitor monitor;

    private final ArrayDeque<ReplayConnection> waiting;
    private final Map<Long, ReplayConnection> byClient = new HashMap<>();
    private final Set<ReplayConnection> open = new LinkedHashSet<>();
    private final List<ReplayConnection> ended = new ArrayList<>();
    private int answeredByEnded;
    private long headers;
    private long lastHeaderNs;

    /**
     * @param connections to be replayed, in this order
     * @param concurrency connections open at the same time
     * @param selector the tunnels are registered with it
     */
    Replay(List<ReplayConnection> connections, int concurrency, Selector selector, ReplayMonitor monitor) {
        this.waiting = new ArrayDeque<>(connections);
        this.concurrency = concurrency;
        this.selector = selector;
        this.monitor = monitor;
    }

    /**
     * Runs until every connection has ended.
     *
     * @param deadlineNs in terms of {@link System#nanoTime}
     * @throws SelftestException when no header comes any more, intercept ends, or time is up
     */
    ReplayResult run(long deadlineNs) throws SelftestException {
        long startNs = System.nanoTime();
        lastHeaderNs = startNs;
        try {
            while (!waiting.isEmpty() || !open.isEmpty()) {
                openMore(System.nanoTime());
                select();
                long nowNs = System.nanoTime();
                runTimers(nowNs);
                sortOutEnded();
                monitor.progress(answered(), open.size());
                giveUpWhenUseless(nowNs, deadlineNs);
            }
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            throw monitor.broken(e);
        }
        return result(System.nanoTime() - startNs);
    }

    private void openMore(long nowNs) throws IOException {
        while (open.size() < concurrency && !waiting.isEmpty()) {
            ReplayConnection next = waiting.removeFirst();
            byClient.put(next.key(), next);
            open.add(next);
            next.open(nowNs);
        }
    }

    private void select() throws IOException {
        long nowNs = System.nanoTime();
        long untilNs = nowNs + MONITOR_INTERVAL_NS;
        for (ReplayConnection connection : open) {
            untilNs = Math.min(untilNs, connection.timerNs());
        }
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNs - nowNs)));
        for (SelectionKey key : selector.selectedKeys()) {
            readAll((TunnelClient) key.attachment());
        }
        selector.selectedKeys().clear();
    }

    private void readAll(TunnelClient tunnel) throws IOException {
        for (Optional<ByteBuffer> message = tunnel.read(0); message.isPresent(); message = tunnel.read(0)) {
            headers++;
            onSegment(TargetSegment.read(message.get()));
        }
    }

    private void onSegment(TargetSegment segment) {
        long nowNs = System.nanoTime();
        lastHeaderNs = nowNs;
        ReplayConnection connection = byClient.get(ReplayConnection.key(segment.clientAddress(), segment.clientPort()));
        if (connection == null) {
            throw new IllegalStateException("a header of a session that was never claimed: " + segment);
        }
        connection.onSegment(segment, nowNs);
    }

    private void runTimers(long nowNs) throws IOException {
        for (ReplayConnection connection : open) {
            if (connection.timerNs() <= nowNs) {
                connection.onTimer(nowNs);
            }
        }
    }

    private void sortOutEnded() {
        open.removeIf(connection -> {
            if (connection.hasEnded()) {
                ended.add(connection);
                answeredByEnded += connection.answered();
            }
            return connection.hasEnded();
        });
    }

    private int answered() {
        return answeredByEnded
                + open.stream().mapToInt(ReplayConnection::answered).sum();
    }

    private void giveUpWhenUseless(long nowNs, long deadlineNs) throws SelftestException {
        monitor.check();
        if (nowNs - lastHeaderNs > STALL_NS) {
            throw new SelftestException(
                    Step.REPLAY,
                    "no header came through the tunnels for " + TimeUnit.NANOSECONDS.toSeconds(STALL_NS) + " s",
                    headers == 0
                            ? "answers reach neither intercept nor the clients: a firewall of this host may drop them,"
                                    + " or the forged packets; compare /proc/net/netfilter/nfnetlink_queue"
                            : "intercept stopped forwarding; please report this with the lines above");
        }
        if (nowNs - deadlineNs > 0) {
            throw new SelftestException(
                    Step.REPLAY, "time is up", "give it more with --deadline-s, or fewer --requests");
        }
    }

    /** How far it came, for the message of a failure. */
    String progress() {
        return answered() + " requests were answered, " + open.size() + " connections in progress, " + headers
                + " headers had come";
    }

    private ReplayResult result(long durationNs) {
        return new ReplayResult(
                ended.size(),
                answered(),
                headers,
                (int) ended.stream().filter(ReplayConnection::hasDelayedRoute).count(),
                ended.stream().mapToLong(ReplayConnection::retransmissions).sum(),
                ended.stream().flatMap(each -> each.trouble().stream()).toList(),
                durationNs);
    }
}
