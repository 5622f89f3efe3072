package dev.intercept.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which requests go over which connection: half of them over keep-alive connections, half over connections of their own,
 * with bodies of several sizes in both directions, in an order that mixes all of it.
 */
final class ReplayPlan {

    static final int REQUESTS_PER_KEPT_CONNECTION = 10;

    /** Less than a segment, a few segments, more than the first congestion window; the last fills a GSO packet. */
    private static final int[] BODY_BYTES = {1, 200, 1_000, 4_000, 20_000, 64_000};

    private static final int[] UPLOAD_BYTES = {0, 0, 0, 100, 0, 3_000, 0};

    private ReplayPlan() {}

    /**
     * @param requests at least 1; ids 0 to {@code requests} - 1
     * @param bodyBytes of every answer; empty takes them from the mix
     * @return the exchanges of each connection, in order
     */
    static List<List<HttpExchange>> connections(int requests, OptionalInt bodyBytes) {
        List<List<HttpExchange>> connections = new ArrayList<>();
        int id = 0;
        while (id < requests) {
            int kept = Math.min(REQUESTS_PER_KEPT_CONNECTION, requests - id);
            connections.add(connection(id, kept, bodyBytes, false));
            id += kept;
            for (int i = 0; i < REQUESTS_PER_KEPT_CONNECTION && id < requests; i++) {
                connections.add(connection(id++, 1, bodyBytes, true));
            }
        }
        return connections;
    }

    private static List<HttpExchange> connection(int firstId, int count, OptionalInt bodyBytes, boolean serverCloses) {
        List<HttpExchange> exchanges = new ArrayList<>(count);
        for (int id = firstId; id < firstId + count; id++) {
            int answer = bodyBytes.orElse(BODY_BYTES[id % BODY_BYTES.length]);
            exchanges.add(new HttpExchange(id, UPLOAD_BYTES[id % UPLOAD_BYTES.length], answer, serverCloses));
        }
        return exchanges;
    }
}
