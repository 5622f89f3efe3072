package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks at the host for the cause of a sign: what check would say about rules, routes and filters goes to the board too.
 * A look runs some commands, so there is at most one a minute, or while a
 * cause stands one in 5 s.
 */
final class HostCause {

    static final long LOOK_INTERVAL_NS = 60_000_000_000L;

    /** While a cause stands: somebody may just be mending it. */
    static final long LOOK_AGAIN_NS = 5_000_000_000L;

    private static final Set<FindingId> CAUSES = EnumSet.of(
            FindingId.RULE_MISSING,
            FindingId.RULE_WRONG_QUEUE,
            FindingId.RULE_AFTER_ACCEPT,
            FindingId.RULE_DROPS,
            FindingId.QUEUE_HANDLERS,
            FindingId.IP_FORWARD,
            FindingId.RP_FILTER,
            FindingId.CLIENT_ROUTE,
            FindingId.WRONG_TARGET,
            FindingId.CONNTRACK);

    private final Supplier<List<Finding>> hostCheck;
    private final FindingBoard board;
    private final LongSupplier nanoClock;
    private List<Finding> causes = List.of();
    private boolean hasLooked;
    private boolean isAsked;
    private long lookedNs;

    HostCause(Supplier<List<Finding>> hostCheck, FindingBoard board, LongSupplier nanoClock) {
        this.hostCheck = hostCheck;
        this.board = board;
        this.nanoClock = nanoClock;
    }

    /** The remedy of the gravest cause found on this host, otherwise {@code otherwise}. */
    String remedyOr(String otherwise) {
        isAsked = true;
        long nowNs = nanoClock.getAsLong();
        if (!hasLooked || nowNs - lookedNs >= (causes.isEmpty() ? LOOK_INTERVAL_NS : LOOK_AGAIN_NS)) {
            hasLooked = true;
            lookedNs = nowNs;
            look();
        }
        return causes.stream()
                .max(Comparator.comparing(Finding::severity))
                .map(Finding::remedy)
                .orElse(otherwise);
    }

    /** That a connection table fills, or that no client was named, explains nothing yet. */
    private static boolean isCause(Finding finding) {
        boolean isGrave = finding.severity() == Severity.FAIL
                || finding.severity() == Severity.WARN && finding.id() == FindingId.RP_FILTER;
        return isGrave && CAUSES.contains(finding.id());
    }

    private void look() {
        List<Finding> before = causes;
        causes = hostCheck.get().stream().filter(HostCause::isCause).toList();
        before.stream()
                .filter(old -> causes.stream()
                        .noneMatch(cause ->
                                cause.id() == old.id() && cause.subject().equals(old.subject())))
                .forEach(old -> board.clear(old.id(), old.subject()));
        causes.forEach(board::raise);
    }

    /** After all detectors: when none asked, what the host looks like is nobody's concern. */
    void endOfLook() {
        if (!isAsked) {
            causes.forEach(cause -> board.clear(cause.id(), cause.subject()));
            causes = List.of();
        }
        isAsked = false;
    }
}
