package dev.intercept.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which hosts' tcpcopies added sessions that another host's had at that moment, so that their answers went over. Bounded: a pair
 * that finds no place takes one off the least, and its place at zero (Misra and Gries, 1982). Any thread.
 */
public final class Takeovers {

    /** Hosts by their addresses, and at least how many sessions went from one to the other. */
    public record Takeover(String by, String from, long sessions) {}

    private static final int PAIRS = 16;

    private final String[] by = new String[PAIRS];
    private final String[] from = new String[PAIRS];
    private final long[] counts = new long[PAIRS];

    /** A session went from one host's tcpcopy to another's. */
    public synchronized void count(String byHost, String fromHost) {
        int least = 0;
        for (int i = 0; i < PAIRS; i++) {
            if (counts[i] > 0 && byHost.equals(by[i]) && fromHost.equals(from[i])) {
                counts[i]++;
                return;
            }
            least = counts[i] < counts[least] ? i : least;
        }
        if (counts[least] > 0) {
            counts[least]--;
            return;
        }
        by[least] = byHost;
        from[least] = fromHost;
        counts[least] = 1;
    }

    /** Since the last {@link #restart}, the most frequent first. */
    public synchronized List<Takeover> all() {
        List<Takeover> all = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            if (counts[i] > 0) {
                all.add(new Takeover(by[i], from[i], counts[i]));
            }
        }
        all.sort(Comparator.comparingLong(Takeover::sessions).reversed());
        return all;
    }

    /** Forgets them. */
    public synchronized void restart() {
        Arrays.fill(counts, 0);
    }
}
