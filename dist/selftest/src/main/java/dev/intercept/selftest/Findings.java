package dev.intercept.selftest;

import java.util.Optional;

/**
 * Everything that was measured in one run.
 *
 * @param requests that should have been served
 * @param statistics what intercept counted; empty when it ended before it reported
 * @param kernelCountsReadable whether intercept could read what the kernel lost; if not its zeros mean nothing
 * @param answersAreStopped whether the rule or the verdicts stop the answers, see {@link Escapes#forbidden}
 */
record Findings(
        int requests,
        ServedRequests served,
        ReplayResult replay,
        Optional<DaemonStatistics> statistics,
        boolean kernelCountsReadable,
        Escapes escapes,
        boolean answersAreStopped) {

    /** Why the test failed, the worst first; empty when it passed. */
    Optional<String> failure() {
        if (escapes.forbidden(answersAreStopped) > 0) {
            return Optional.of(Units.count(escapes.forbidden(answersAreStopped), "packet") + " escaped");
        }
        if (served.distinct() < requests) {
            return Optional.of((requests - served.distinct()) + " of " + requests
                    + " requests were not served, the first is number " + served.firstMissing(requests));
        }
        if (!replay.troubles().isEmpty()) {
            return Optional.of(Units.count(replay.troubles().size(), "connection") + " did not end well: "
                    + replay.troubles().get(0));
        }
        return statistics.isEmpty() ? Optional.of("intercept logged no final statistics") : Optional.empty();
    }

    /** What to do about {@link #failure}. */
    String nextStep() {
        if (escapes.forbidden(answersAreStopped) > 0) {
            return "the rule does not catch every answer; do not use this backend for production traffic here. "
                    + "Please report this with the lines above";
        }
        boolean kernelLost = statistics.map(DaemonStatistics::kernelLost).orElse(0L) > 0;
        return kernelLost
                ? "the kernel lost headers: this machine is busy, or the queue too short; try -- --queue-maxlen 65536"
                : "run it again with -- --log-level debug, and please report this with the lines above";
    }
}
