package dev.intercept.capture;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The one place that decides a verdict: pass list, then session table, then the tunnel that gets the header.
 *
 * <p>DROP is the rule, because an answer of the test server that escapes reaches a real client, whose kernel then resets
 * the copied connection. ACCEPT is for the pass list and for what was never ours to stop.
 *
 * <p>Thread rule: one interceptor per capture thread.
 */
public final class Interceptor implements PacketHandler {

    /** Read once for each packet, so that one is judged by lists that belong together. */
    private volatile AnswerAddresses addresses;

    private final SessionTable sessions;
    private final UnroutedResponses unrouted;
    private final Counters counters;
    private final RateLimitedLog log;
    private final AnswerMeter answers;
    private final CaptureSigns signs;
    private final LatestStopped latestStopped = new LatestStopped();
    private final BatchMeters meters = new BatchMeters();

    private final ResponsePacket packet = new ResponsePacket();
    private final Outlet[] touched;
    private int touchedCount;
    private int batchPackets;
    private boolean haveReadRecords;

    /** Of the latest packet. */
    private long firstByteDelayNs;

    private long firstTouchNs;
    private int nowS;

    /** Of the latest packet; set before it is asked for. */
    @SuppressWarnings("NullAway.Init")
    private Counter counted;

    /** At most {@link CaptureLoop#BATCH_LIMIT} packets may come between two calls of {@link #endOfBatch}. */
    public Interceptor(
            PassList passList,
            SessionTable sessions,
            UnroutedResponses unrouted,
            AddressTranslation translation,
            Counters counters,
            RateLimitedLog log,
            AnswerMeter answers,
            int nowS) {
        this.addresses = new AnswerAddresses(passList, translation);
        this.sessions = sessions;
        this.unrouted = unrouted;
        this.counters = counters;
        this.log = log;
        this.answers = answers;
        this.signs = new CaptureSigns(counters);
        this.touched = new Outlet[CaptureLoop.BATCH_LIMIT];
        this.nowS = nowS;
    }

    /** For the packets from now on. Any thread. */
    public void use(AnswerAddresses changed) {
        addresses = changed;
    }

    /** How batches went. */
    public BatchMeters meters() {
        return meters;
    }

    /** What was seen of the test server. */
    public AnswerMeter answers() {
        return answers;
    }

    /** What was noticed in passing. */
    public CaptureSigns signs() {
        return signs;
    }

    /** Some of the latest that did not go on to their clients. */
    public LatestStopped latestStopped() {
        return latestStopped;
    }

    @Override
    public Verdict onPacket(ByteBuffer captured) {
        return onPacket(captured, ResponsePacket.NO_LENGTH);
    }

    @Override
    public Verdict onPacket(ByteBuffer captured, int lengthBytes) {
        return onPacket(captured, lengthBytes, 0);
    }

    @Override
    public Verdict onPacket(ByteBuffer captured, int lengthBytes, long delayNs) {
        batchPackets++;
        firstByteDelayNs = delayNs;
        try {
            ResponsePacket.Kind kind = packet.wrap(captured, lengthBytes);
            AnswerAddresses now = addresses;
            if (packet.hasDestination() && now.passList().contains(packet.destinationAddress())) {
                return count(Counter.PASSED, Verdict.ACCEPT);
            }
            return switch (kind) {
                case TCP -> onTcp(now.translation());
                case NOT_TCP -> count(Counter.NOT_TCP, Verdict.ACCEPT);
                case FRAGMENT -> count(Counter.FRAGMENT, Verdict.DROP);
                case MALFORMED -> count(Counter.MALFORMED, Verdict.DROP);
                case UNKNOWN_LENGTH -> count(Counter.UNKNOWN_LENGTH, Verdict.DROP);
            };
        } catch (RuntimeException | StackOverflowError e) {
            log.log(
                    "handler_error",
                    Level.ERROR,
                    () -> "a packet was dropped because of a bug in intercept; please report: " + e + " at "
                            + (e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "?"));
            return count(Counter.HANDLER_ERROR, Verdict.DROP);
        }
    }

    private Verdict onTcp(AddressTranslation translation) {
        latestStopped.onPacket(packet, nowS);
        Verdict verdict = onResponse(translation);
        latestStopped.stopped(counted);
        return verdict;
    }

    private Verdict onResponse(AddressTranslation translation) {
        translation.apply(packet);
        Outlet tunnel = sessions.find(packet, nowS);
        if (packet.isSyn() || packet.isRst()) {
            signs.onHandshake(packet, tunnel != null);
        } else if (tunnel != null) {
            sessions.endWait(packet, tunnel, nowS, counters);
        }
        if (tunnel == null) {
            return onResponseWithoutRoute();
        }
        return forward(tunnel);
    }

    /** The route may be on its way: a SYN or RST waits for it, since without them tcpcopy cannot go on. */
    private Verdict onResponseWithoutRoute() {
        Outlet taker = unrouted.outletFor(packet);
        if (taker != null) {
            return forward(taker);
        }
        signs.onUnrouted(packet);
        sessions.onUnrouted(packet, nowS, counters);
        if (!packet.isSyn() && !packet.isRst()) {
            return count(Counter.NO_ROUTE, Verdict.DROP);
        }
        readRecordsOnce();
        Outlet tunnel = sessions.findOrPark(packet, nowS, counters);
        return tunnel == null ? count(Counter.PARKED, Verdict.DROP) : forward(tunnel);
    }

    /** Records that came before a batch did are there at its first look. */
    private void readRecordsOnce() {
        if (!haveReadRecords) {
            haveReadRecords = true;
            unrouted.readRecords();
        }
    }

    private Verdict forward(Outlet tunnel) {
        answers.onAnswer(packet, firstByteDelayNs);
        if (!tunnel.forward(packet)) {
            return count(refusal(tunnel), Verdict.DROP);
        }
        touch(tunnel);
        while (packet.nextPart()) {
            if (!tunnel.forward(packet)) {
                counters.increment(Counter.FURTHER_HEADERS); // The first, which no forwarded response stands for.
                return count(refusal(tunnel), Verdict.DROP);
            }
            counters.increment(Counter.FURTHER_HEADERS);
        }
        signs.onForwarded(packet);
        return count(Counter.FORWARDED, Verdict.DROP);
    }

    private static Counter refusal(Outlet tunnel) {
        return tunnel.isClosed() ? Counter.TUNNEL_GONE : Counter.TUNNEL_OVERFLOW;
    }

    private Verdict count(Counter counter, Verdict verdict) {
        counters.increment(counter);
        counted = counter;
        return verdict;
    }

    /** A batch touches few tunnels, so a search from the latest on ends at once. */
    private void touch(Outlet tunnel) {
        for (int i = touchedCount - 1; i >= 0; i--) {
            if (touched[i] == tunnel) {
                return;
            }
        }
        if (touchedCount == 0) {
            firstTouchNs = System.nanoTime();
        }
        touched[touchedCount++] = tunnel;
    }

    /**
     * After the verdicts of a batch: sends what each touched tunnel was given, so that nothing waits for a next batch.
     *
     * @param nowS the time for the batch to come
     */
    public void endOfBatch(int nowS) {
        this.nowS = nowS;
        haveReadRecords = false;
        for (int i = 0; i < touchedCount; i++) {
            touched[i].flush(counters);
        }
        if (touchedCount > 0) {
            meters.forwardingNs().record(System.nanoTime() - firstTouchNs);
        }
        if (batchPackets > 0) {
            meters.packets().record(batchPackets);
            batchPackets = 0;
        }
        Arrays.fill(touched, 0, touchedCount, null);
        touchedCount = 0;
    }
}
