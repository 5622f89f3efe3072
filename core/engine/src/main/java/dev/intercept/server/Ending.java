package dev.intercept.server;

import dev.intercept.stats.Counter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection ends, for the log and the counters.
 *
 * @param unsent counts the headers that wait for it and are lost
 * @param kind counts endings of this kind, beside {@code tunnels_closed}
 */
record Ending(String reason, Level level, Counter unsent, Optional<Counter> kind) {

    static Ending byPeer(ClientConnection connection) {
        return of(
                connection.isRecognised()
                        ? "closed by tcpcopy"
                        : "closed by the peer before it said what it is; a health check or port scanner?",
                Level.INFO,
                Counter.UNSENT_CLOSED);
    }

    static Ending lost(@Nullable String cause) {
        return of("connection lost: " + cause, Level.INFO, Counter.UNSENT_CLOSED);
    }

    static Ending noTcpcopy(String reason) {
        return new Ending(reason, Level.WARNING, Counter.UNSENT_FAILED, Optional.of(Counter.BAD_RECORDS));
    }

    static Ending displaced(int maxTunnels) {
        return new Ending(
                "--max-tunnels " + maxTunnels
                        + " are open, and it never said anything; let nothing but tcpcopy connect to"
                        + " this port (--allow)",
                Level.WARNING,
                Counter.UNSENT_CLOSED,
                Optional.of(Counter.TUNNELS_DISPLACED));
    }

    static Ending bug(RuntimeException failure) {
        return of("a bug in intercept, please report: " + failure, Level.ERROR, Counter.UNSENT_FAILED);
    }

    static Ending stop() {
        return of("intercept stops", Level.DEBUG, Counter.UNSENT_STOPPED);
    }

    static Ending notInherited(Exception failure) {
        return of("what the intercept before left cannot be read: " + failure, Level.ERROR, Counter.UNSENT_FAILED);
    }

    /** What must end now, because its time has expired or a capture thread could not read from it; empty for all else. */
    static Optional<Ending> overdue(ClientConnection connection, long nowNs) {
        Tunnel tunnel = connection.tunnel();
        IOException readFailure = connection.readFailure();
        if (readFailure != null) {
            return Optional.of(lost(readFailure.getMessage()));
        }
        if (connection.firstRecordPendingNs(nowNs) > ServerLimits.FIRST_RECORD_TIMEOUT_NS) {
            return Optional.of(noTcpcopy("its first record stayed incomplete for 10 s; this is no tcpcopy"));
        }
        if (tunnel.failingNs(nowNs) > ServerLimits.WRITE_RETRY_NS) {
            return Optional.of(
                    of("writing to it failed for 1 s: " + tunnel.failure(), Level.WARNING, Counter.UNSENT_FAILED));
        }
        if (tunnel.stalledNs(nowNs) > ServerLimits.STALL_TIMEOUT_NS) {
            return Optional.of(of(
                    "it took nothing for 30 s while " + tunnel.pendingBytes() + " bytes waited: is that tcpcopy stuck?",
                    Level.WARNING,
                    Counter.UNSENT_STALLED));
        }
        return Optional.empty();
    }

    private static Ending of(String reason, Level level, Counter unsent) {
        return new Ending(reason, level, unsent, Optional.empty());
    }

    /** The log's line. */
    String line(Tunnel tunnel, int lost) {
        return tunnel + " ended: " + reason + (lost == 0 ? "" : "; " + lost + " headers waited for it and are lost");
    }
}
