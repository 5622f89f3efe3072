package dev.intercept.diagnosis.watch;

import dev.intercept.Intercept;
import dev.intercept.capture.CaptureSigns;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingHistory;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.ListenQueues;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.check.AnswerRules;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import dev.intercept.server.Tunnel;
import dev.intercept.session.SessionLimits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The diagnosis of one intercept that runs: a {@link Watch} that looks every second on its statistics thread, for as long as
 * it runs, and the findings that stand.
 */
public final class Diagnosis {

    private static final int PARKED_LOOKED_AT = 1024;

    private final FindingBoard board;
    private final Watch watch;

    private Diagnosis(Intercept intercept, int sessionsLimit) {
        board = new FindingBoard(System.getLogger(Diagnosis.class.getName()), intercept.nanoClock());
        watch = new Watch(
                inputs(intercept, sessionsLimit),
                board,
                () -> HostCheck.look(new LocalHost(), scope(intercept)),
                () -> AnswerRules.read(new LocalHost(), scope(intercept)),
                intercept.nanoClock());
    }

    /** Begins to watch. */
    public static Diagnosis of(Intercept intercept) {
        Diagnosis diagnosis = ofLooks(intercept);
        intercept.every(Watch.INTERVAL_S, diagnosis::look);
        return diagnosis;
    }

    /** Watches whenever {@link #look} is called, for a caller that moves intercept's clock. */
    public static Diagnosis ofLooks(Intercept intercept) {
        return ofLooks(intercept, SessionLimits.SESSIONS_LIMIT);
    }

    /**
     * The same, with another bound.
     *
     * @param sessionsLimit the largest {@code --max-sessions} to advise
     */
    public static Diagnosis ofLooks(Intercept intercept, int sessionsLimit) {
        return new Diagnosis(intercept, sessionsLimit);
    }

    private static WatchInputs inputs(Intercept intercept, int sessionsLimit) {
        List<CaptureSigns> signs = intercept.captureSigns();
        return new WatchInputs(
                intercept.config(),
                intercept.address(),
                intercept.statistics(),
                intercept.statistics().lanes(),
                () -> intercept.tunnels().stream().anyMatch(tunnel -> tunnel.format() != null),
                intercept::tunnels,
                signs.stream().map(CaptureSigns::unroutedPorts).toList(),
                signs.stream().map(CaptureSigns::refusingPorts).toList(),
                new TargetPorts(
                        intercept.routeSigns().targets(),
                        signs.stream().map(CaptureSigns::forwardedPorts).toList(),
                        intercept::config),
                () -> intercept.latestParked(PARKED_LOOKED_AT),
                intercept.routeSigns()::targetOf,
                intercept::longestExpiredIdleS,
                sessionsLimit,
                intercept.routeSigns().takeovers(),
                intercept::target,
                new ListenQueues(new LocalHost()));
    }

    private static CheckScope scope(Intercept intercept) {
        int client = intercept.routeSigns().latestClient();
        return CheckScope.ofRunning(
                intercept.config(),
                intercept.registry(),
                intercept.backendName(),
                client == 0 ? Optional.empty() : Optional.of(Addresses.text(client)),
                intercept.routeSigns().latestTargetPort(),
                intercept.tunnels().stream().map(Tunnel::peerAddress).findFirst());
    }

    /** Looks now: one thread, in the network namespace of the queue. */
    public void look() {
        watch.look();
    }

    /** Leaves these out of log and findings from now on. Any thread. */
    public void silence(Set<FindingId> ids) {
        board.silence(ids);
    }

    /** What is wrong at this moment. Any thread. */
    public List<Finding> findings() {
        return board.active();
    }

    /** What was wrong at any time since the start. Any thread. */
    public List<FindingHistory.Stood> history() {
        return board.history();
    }
}
