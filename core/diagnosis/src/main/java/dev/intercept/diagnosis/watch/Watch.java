package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.stats.Counter;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Watches a running intercept for every sign there is a detector for.
 *
 * <p>Thread rule: one thread calls {@link #look}, every {@link #INTERVAL_S}. When answers stay away a look may run commands
 * for some 100 ms, at most once a minute.
 */
public final class Watch {

    public static final int INTERVAL_S = 1;

    private static final long WINDOW_NS = Detector.WINDOW_S * 1_000_000_000L;

    private final WatchInputs inputs;
    private final FindingBoard board;
    private final LongSupplier nanoClock;
    private final ArrayDeque<Reading> window = new ArrayDeque<>();
    private final HostCause cause;
    private final Advice advice;
    private final Supplier<AnswerRules> rules;
    private final List<Detector> detectors;

    /**
     * @param hostCheck what check says of this host
     * @param rules those of this host now
     */
    public Watch(
            WatchInputs inputs,
            FindingBoard board,
            Supplier<List<Finding>> hostCheck,
            Supplier<AnswerRules> rules,
            LongSupplier nanoClock) {
        this.inputs = inputs;
        this.board = board;
        this.nanoClock = nanoClock;
        this.cause = new HostCause(hostCheck, board, nanoClock);
        this.rules = new SeldomLook<>(rules, nanoClock);
        this.advice = new Advice(inputs.config(), inputs.tunnels());
        this.detectors = detectors();
        window.add(reading());
    }

    private Reading reading() {
        return Reading.of(inputs.statistics(), inputs.target().get(), nanoClock.getAsLong());
    }

    private List<Detector> detectors() {
        return List.of(
                new NoTcpcopyDetector(inputs.address(), inputs.isTcpcopyConnected(), inputs.targetPorts()),
                new SilenceDetector(inputs.lanes(), cause),
                new UnroutedDetector(inputs.unroutedPorts(), inputs.targetPorts(), rules),
                new WrongTargetDetector(inputs.parked(), inputs.targetOfClient()),
                repetition(
                        Counter.SYN_ACKS_REPEATED,
                        FindingId.SYN_ACK_REPEATED,
                        "SYN/ACKs were sent again by the target",
                        advice::onRepeatedSynAck),
                repetition(
                        Counter.ROUTES_RENEWED_AT_ONCE,
                        FindingId.SESSIONS_RESTART_AT_ONCE,
                        "sessions were begun again within a second",
                        () ->
                                "intercept check --client IP  # with a real client's address: rule, route and forwarding"),
                repetition(
                        Counter.ROUTES_RENEWED_SOON,
                        FindingId.SESSIONS_RESTART_LATER,
                        "sessions were begun again after 2 to 4 s",
                        () ->
                                "intercept status -v  # does the tunnel take its bytes? then: intercept check --client IP"),
                new UnansweredRestartDetector(cause),
                new TakeoverDetector(inputs.takeovers(), inputs.tunnels()),
                new DroppedSessionsDetector(inputs.config(), inputs.longestExpiredIdleS(), inputs.sessionsLimit()),
                new RefusalDetector(inputs.refusingPorts()),
                new TargetStallsDetector(inputs.listening(), inputs.targetPorts()),
                new TargetResetsDetector(),
                new TargetSlowDetector(),
                new UnknownLengthDetector(inputs.lanes()),
                new LossDetector(FindingId.MALFORMED, List.of(Counter.MALFORMED), 10, advice::onMalformed),
                new LossDetector(FindingId.FRAGMENTS, List.of(Counter.FRAGMENT), 10, advice::onFragments),
                new LossDetector(
                        FindingId.PARKED_LOST,
                        List.of(Counter.PARKED_EXPIRED, Counter.PARKED_EVICTED),
                        10,
                        advice::onParkedLost),
                new LossDetector(
                        FindingId.TUNNEL_OVERFLOW,
                        List.of(Counter.TUNNEL_OVERFLOW, Counter.UNPARKED_OVERFLOW),
                        1,
                        advice::onTunnelOverflow),
                new TunnelDetector(inputs.tunnels(), nanoClock),
                new QuietTunnelDetector(inputs.tunnels(), inputs.unroutedPorts(), nanoClock),
                new KernelLossDetector(inputs.lanes()));
    }

    private Reading second() {
        Iterator<Reading> readings = window.iterator();
        readings.next();
        return readings.next();
    }

    private RepetitionDetector repetition(Counter counter, FindingId id, String what, Supplier<String> remedy) {
        return new RepetitionDetector(counter, id, what, cause, remedy);
    }

    /** Raises and clears. */
    public void look() {
        Reading now = reading();
        window.add(now);
        while (window.size() > 1 && now.atNs() - second().atNs() >= WINDOW_NS) {
            window.remove();
        }
        for (Detector detector : detectors) {
            detector.look(now, window.peek(), board);
        }
        cause.endOfLook();
        board.show();
    }
}
