package dev.intercept.ebpf;

import dev.intercept.bpf.MapElement;
import dev.intercept.netlink.Errno;
import dev.intercept.spi.RouteListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keeps the kernel's map of routes as the sessions are. A route that the map does not take is counted in {@link ControlLayout},
 * and while there is one, the program stops all answers: none escapes because a map is full.
 *
 * <p>Thread rule: any thread.
 */
final class KernelRoutes implements RouteListener, AutoCloseable {

    private static final Logger LOG = System.getLogger(KernelRoutes.class.getName());
    private static final VarHandle INT64 = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer control;
    private final MapElement route;
    private final MapElement unknown;
    private final int maxSessions;
    private long unlisted;
    private long stopped;
    private boolean isClosed;
    private boolean hasKept;

    /** @param control {@link ControlLayout}, mapped until {@link #close} */
    KernelRoutes(ReplayedMaps maps, ByteBuffer control) {
        this.control = control;
        maxSessions = maps.maxSessions();
        route = new MapElement(maps.routes(), RouteKey.BYTES, Integer.BYTES);
        unknown = new MapElement(maps.unknown(), ReplayedMaps.UNKNOWN_KEY_BYTES, Long.BYTES);
    }

    @Override
    public synchronized void onRoute(
            int clientAddress, int clientPort, int targetAddress, int targetPort, boolean isThere) {
        if (isClosed) {
            return;
        }
        RouteKey.put(route.key(), clientAddress, clientPort, targetAddress, targetPort);
        if (isThere) {
            add(targetAddress);
        } else {
            remove(clientAddress, clientPort);
        }
    }

    private void add(int targetAddress) {
        if (targetAddress == 0) {
            control.putInt(ControlLayout.OPEN_ROUTES, 1);
        }
        int error = route.put();
        if (error != 0) {
            setUnlisted(unlisted + 1);
            if (unlisted == 1) {
                LOG.log(
                        Level.WARNING,
                        "the kernel takes no more routes (error {0}): all answers are stopped until it has all again;"
                                + " see {1} in docs/ebpf.md",
                        error,
                        EbpfSettings.STOP);
            }
        }
    }

    /** When the session comes again, its SYN/ACK may be before its route: it must be as unknown as the first time. */
    private void remove(int clientAddress, int clientPort) {
        unknown.key().order(ByteOrder.BIG_ENDIAN).putInt(0, clientAddress).putShort(Integer.BYTES + Short.BYTES, (short)
                clientPort);
        unknown.delete();
        int error = route.delete();
        if (error == Errno.ENOENT && unlisted > 0) {
            setUnlisted(unlisted - 1);
        } else if (error != 0 && error != Errno.ENOENT && !hasKept) {
            hasKept = true;
            LOG.log(
                    Level.WARNING,
                    "the kernel keeps a route whose session has ended (error {0}): answers of such sessions go on being"
                            + " stopped until intercept starts anew",
                    error);
        }
    }

    private void setUnlisted(long routes) {
        unlisted = routes;
        INT64.setVolatile(control, ControlLayout.UNLISTED, routes);
    }

    /** {@link ReplayedMaps#maxSessions} */
    int maxSessions() {
        return maxSessions;
    }

    /** Answers that were stopped although they are perhaps of nobody's replay. */
    synchronized long stoppedUnlisted() {
        if (!isClosed) {
            stopped = (long) INT64.getVolatile(control, ControlLayout.STOPPED_UNLISTED);
        }
        return stopped;
    }

    @Override
    public synchronized void close() {
        stoppedUnlisted();
        isClosed = true;
    }
}
