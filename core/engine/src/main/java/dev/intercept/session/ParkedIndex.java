package dev.intercept.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which parked headers there are, numbered from 0: the oldest of all, of a session, of a client. Grows to its bound by
 * doubling; a header keeps its number.
 */
final class ParkedIndex {

    static final int NONE = ChainedLists.NONE;

    private static final int IN_USE = 0;
    private static final int FREE = 1;
    private static final int INITIAL_CAPACITY = 256;

    private final SessionHash hash;
    private final int maxCapacity;

    private long[] clients = new long[0];
    private long[] targets = new long[0];
    private int[] parkedS = new int[0];

    /** One list of those in use, oldest first, and one of the free numbers. */
    private ChainedLists order;

    /** Lists by hash, each with the headers of a few sessions or clients, oldest first. */
    private ChainedLists bySession;

    private ChainedLists byClient;
    private int bucketMask;

    ParkedIndex(SessionHash hash, int maxCapacity) {
        this.hash = hash;
        this.maxCapacity = maxCapacity;
        resize(Math.min(INITIAL_CAPACITY, maxCapacity));
    }

    /** Makes an entry, the newest. There must be fewer than the bound. */
    int add(long client, long target, int nowS) {
        if (order.first(FREE) == NONE) {
            resize(Math.min(clients.length * 2, maxCapacity));
        }
        int number = order.first(FREE);
        order.remove(FREE, number);
        clients[number] = client;
        targets[number] = target;
        parkedS[number] = nowS;
        order.append(IN_USE, number);
        appendToBuckets(number);
        return number;
    }

    void remove(int number) {
        bySession.remove(sessionBucket(clients[number], targets[number]), number);
        byClient.remove(clientBucket(clients[number]), number);
        order.remove(IN_USE, number);
        order.append(FREE, number);
    }

    int oldest() {
        return order.first(IN_USE);
    }

    /** Newest first, at most so many. */
    List<ParkedHeader> latest(int most) {
        List<ParkedHeader> latest = new ArrayList<>();
        for (int number = order.last(IN_USE); number != NONE && latest.size() < most; number = order.previous(number)) {
            latest.add(new ParkedHeader(clients[number], targets[number], parkedS[number]));
        }
        return latest;
    }

    int oldestOf(long client, long target) {
        int number = bySession.first(sessionBucket(client, target));
        while (number != NONE && !isOf(number, client, target)) {
            number = bySession.next(number);
        }
        return number;
    }

    /** But for sessions that wait for a route with a name. */
    int oldestOf(long client, NameWait waiting) {
        int number = byClient.first(clientBucket(client));
        while (number != NONE && (clients[number] != client || waiting.contains(client, targets[number]))) {
            number = byClient.next(number);
        }
        return number;
    }

    int countOf(long client, long target) {
        int count = 0;
        for (int number = oldestOf(client, target); number != NONE; number = bySession.next(number)) {
            count += isOf(number, client, target) ? 1 : 0;
        }
        return count;
    }

    int parkedS(int number) {
        return parkedS[number];
    }

    private boolean isOf(int number, long client, long target) {
        return clients[number] == client && targets[number] == target;
    }

    private void resize(int capacity) {
        int before = clients.length;
        clients = Arrays.copyOf(clients, capacity);
        targets = Arrays.copyOf(targets, capacity);
        parkedS = Arrays.copyOf(parkedS, capacity);
        int buckets = Integer.highestOneBit(Math.max(1, capacity - 1)) * 2;
        bucketMask = buckets - 1;
        bySession = new ChainedLists(buckets, capacity);
        byClient = new ChainedLists(buckets, capacity);
        ChainedLists old = order;
        order = new ChainedLists(2, capacity);
        for (int number = before == 0 ? NONE : old.first(IN_USE); number != NONE; number = old.next(number)) {
            order.append(IN_USE, number);
            appendToBuckets(number);
        }
        for (int number = before; number < capacity; number++) {
            order.append(FREE, number);
        }
    }

    private void appendToBuckets(int number) {
        bySession.append(sessionBucket(clients[number], targets[number]), number);
        byClient.append(clientBucket(clients[number]), number);
    }

    private int sessionBucket(long client, long target) {
        return (int) hash.ofSession(hash.ofClient(client), target) & bucketMask;
    }

    private int clientBucket(long client) {
        return (int) hash.ofClient(client) & bucketMask;
    }
}
