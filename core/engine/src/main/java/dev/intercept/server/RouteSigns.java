package dev.intercept.server;

import dev.intercept.answers.Sampling;
import dev.intercept.stats.PortTally;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * What the server notices in the routes that clients add: the targets they name, for the latest clients which, and whose sessions they
 * take over. Bounded;
 * one thread at a time notices, any thread reads.
 */
public final class RouteSigns {

    /** Clients remembered; a power of two. */
    private static final int REMEMBERED = 4096;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final int ADDRESS_SHIFT = 16;

    private final long[] clients = new long[REMEMBERED];
    private final long[] targetsOfClients = new long[REMEMBERED];
    private final PortTally targets = new PortTally();
    private final Sampling sampling = new Sampling();
    private final LongSupplier nanoClock;
    private final Takeovers takeovers = new Takeovers();
    private volatile int latestClient;
    private volatile int latestTargetPort;

    RouteSigns(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void onAdd(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        latestClient = clientAddress;
        sampling.onRoute(clientAddress, clientPort, nanoClock);
        if (targetPort == 0) {
            return;
        }
        latestTargetPort = targetPort;
        targets.count(targetPort, targetAddress);
        long client = end(clientAddress, clientPort);
        int index = index(client);
        LONGS.setOpaque(targetsOfClients, index, end(targetAddress, targetPort));
        LONGS.setOpaque(clients, index, client);
    }

    void onTakenOver(Tunnel by, Tunnel from) {
        takeovers.count(by.peerAddress(), from.peerAddress());
    }

    private static long end(int address, int port) {
        return Integer.toUnsignedLong(address) << ADDRESS_SHIFT | port;
    }

    private static int index(long client) {
        return (int) (client * MIX >>> 40) & REMEMBERED - 1;
    }

    /**
     * The target that the latest route of a client names, as {@link dev.intercept.session.ParkedHeader} packs it; 0 where none
     * did or it was so long ago that it is forgotten.
     */
    public long targetOf(long client) {
        int index = index(client);
        return (long) LONGS.getOpaque(clients, index) == client ? (long) LONGS.getOpaque(targetsOfClients, index) : 0;
    }

    /** Which sessions are looked at one by one, and when their routes came. */
    public Sampling sampling() {
        return sampling;
    }

    /** The address of the client that was added last; 0 before the first. */
    public int latestClient() {
        return latestClient;
    }

    /** The port of the target that was named last; empty before the first. */
    public OptionalInt latestTargetPort() {
        return latestTargetPort == 0 ? OptionalInt.empty() : OptionalInt.of(latestTargetPort);
    }

    /** Sessions that one host's tcpcopy added while another's had them. */
    public Takeovers takeovers() {
        return takeovers;
    }

    /** The targets that routes name, by port; clients that name none are left out. */
    public PortTally targets() {
        return targets;
    }
}
