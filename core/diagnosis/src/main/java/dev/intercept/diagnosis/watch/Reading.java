package dev.intercept.diagnosis.watch;

import dev.intercept.answers.TargetPicture;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Statistics;

/** All counters at one moment. */
record Reading(long atNs, long[] counts, int sessions, TargetPicture target) {

    static Reading of(Statistics statistics, TargetPicture target, long nowNs) {
        long[] counts = new long[Counter.values().length];
        for (Counter counter : Counter.values()) {
            counts[counter.ordinal()] = statistics.get(counter);
        }
        return new Reading(nowNs, counts, statistics.sessions().getAsInt(), target);
    }

    long get(Counter counter) {
        return counts[counter.ordinal()];
    }

    /** How much a counter grew since an earlier reading. */
    long since(Reading earlier, Counter counter) {
        return get(counter) - earlier.get(counter);
    }

    /** Packets that were handed up: the sum of the same counts, so that no part of it is ever larger than the whole. */
    long packets() {
        return Statistics.PACKET_COUNTERS.stream().mapToLong(this::get).sum();
    }

    /** Headers that reached a tunnel: each is an answer of a session with a route. */
    long answers() {
        return get(Counter.FORWARDED) + get(Counter.UNPARKED) + get(Counter.TUNNEL_OVERFLOW) + get(Counter.TUNNEL_GONE);
    }
}
