package dev.intercept.selftest;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/** What the target server served, by the requests' distinct ids. Any thread. */
final class ServedRequests {

    private final BitSet ids = new BitSet();
    private long again;
    private long damaged;
    private long bodyBytes;

    /** The whole answer to the request was handed to the kernel. */
    synchronized void served(int id, int answerBodyBytes) {
        if (id == HttpExchange.PROBE_ID) {
            return;
        }
        if (ids.get(id)) {
            again++;
        }
        ids.set(id);
        bodyBytes += answerBodyBytes;
        notifyAll();
    }

    /**
     * Waits until so many different requests were served: the client may see the end of an answer before the server's
     * thread counts it.
     *
     * @return false when {@code timeoutMs} milliseconds were not enough
     */
    synchronized boolean await(int requests, long timeoutMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (ids.cardinality() < requests) {
            long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
        return true;
    }

    /** A request arrived whose body is not what was sent. */
    synchronized void damaged() {
        damaged++;
    }

    /** How many different requests were served. */
    synchronized int distinct() {
        return ids.cardinality();
    }

    /** How many requests were served that had been served before. */
    synchronized long again() {
        return again;
    }

    synchronized long damagedRequests() {
        return damaged;
    }

    /** Bytes of all answers' bodies together. */
    synchronized long bodyBytes() {
        return bodyBytes;
    }

    /** The lowest id below {@code requests} that was not served, or -1. */
    synchronized int firstMissing(int requests) {
        int missing = ids.nextClearBit(0);
        return missing < requests ? missing : -1;
    }
}
