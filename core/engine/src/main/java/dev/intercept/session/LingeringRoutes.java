package dev.intercept.session;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Reports to a backend which routes there are, and the end of one only a minute after: what the target still sends then, a FIN again and
 * again, must not reach the real client. A session that comes back meanwhile never ended.
 *
 * <p>Of more than {@link #MAX} that ended in that time those that ended first are reported early. Thread rule: any thread.
 */
public final class LingeringRoutes implements RouteObserver {

    /** As long as a TCP whose FIN nobody acknowledges repeats it in earnest: 6 times, each twice as late, from 0.2 to 1 s on. */
    static final long LINGER_NS = TimeUnit.SECONDS.toNanos(60);

    static final int MAX = 1 << 18;

    private record Route(int clientAddress, int clientPort, int targetAddress, int targetPort) {}

    private final RouteObserver listener;
    private final LongSupplier nanoClock;

    /** When each is to be reported, in the order of their ends. */
    private final Map<Route, Long> ended = new LinkedHashMap<>();

    public LingeringRoutes(RouteObserver listener, LongSupplier nanoClock) {
        this.listener = listener;
        this.nanoClock = nanoClock;
    }

    @Override
    public synchronized void onRoute(
            int clientAddress, int clientPort, int targetAddress, int targetPort, boolean isThere) {
        Route route = new Route(clientAddress, clientPort, targetAddress, targetPort);
        boolean lingered = ended.remove(route) != null;
        if (!isThere) {
            ended.put(route, nanoClock.getAsLong() + LINGER_NS);
        } else if (!lingered) {
            report(route, true);
        }
        expire();
    }

    /** Reports the routes that have expired. To be called every second or so. */
    public synchronized void expire() {
        long nowNs = nanoClock.getAsLong();
        Iterator<Map.Entry<Route, Long>> oldest = ended.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Route, Long> route = oldest.next();
            if (route.getValue() - nowNs > 0 && ended.size() <= MAX) {
                return;
            }
            oldest.remove();
            report(route.getKey(), false);
        }
    }

    /** Leaves to those of another process what has not been reported yet, each with the time that is left; nothing where there are none. */
    public static void save(Optional<LingeringRoutes> routes, DataOutput out) throws IOException {
        if (routes.isPresent()) {
            routes.get().save(out);
        } else {
            out.writeInt(0);
        }
    }

    private synchronized void save(DataOutput out) throws IOException {
        long nowNs = nanoClock.getAsLong();
        out.writeInt(ended.size());
        for (Map.Entry<Route, Long> each : ended.entrySet()) {
            Route route = each.getKey();
            out.writeInt(route.clientAddress);
            out.writeShort(route.clientPort);
            out.writeInt(route.targetAddress);
            out.writeShort(route.targetPort);
            out.writeLong(each.getValue() - nowNs);
        }
    }

    /** Goes on with what {@link #save} wrote, once the sessions of then are there. */
    public synchronized void restore(DataInput in) throws IOException {
        long nowNs = nanoClock.getAsLong();
        for (int left = in.readInt(); left > 0; left--) {
            Route route = new Route(in.readInt(), in.readUnsignedShort(), in.readInt(), in.readUnsignedShort());
            ended.put(route, nowNs + in.readLong());
            report(route, true);
        }
    }

    private void report(Route route, boolean isThere) {
        listener.onRoute(route.clientAddress, route.clientPort, route.targetAddress, route.targetPort, isThere);
    }
}
