package dev.intercept.spi;

import java.util.Optional;

/**
 * One open packet source: a kernel queue, a capture device, a file. One capture thread polls it; one backend is one lane.
 *
 * <p>Thread rule: {@link #poll} is called by one thread at a time. {@link #kernelStats} and {@link #close} may be called
 * by any thread at any time.
 */
public interface CaptureBackend extends AutoCloseable {

    /** Returned by {@link #poll} when no packet will ever come again: closed, or the end of a capture file. */
    int END = -1;

    /** Names this lane in logs and metrics, for example {@code nfqueue:0} or {@code pcap:eth0}. Never changes. */
    String lane();

    /**
     * Hands the packets that wait, at most {@code limit}, to {@code handler} in order of arrival.
     *
     * <p>Waits for the first packet, not for {@code limit}. When it returns, normally or by an exception, every packet
     * taken from the kernel has its verdict sent: a packet for which the handler threw, and those behind it in the batch
     * that it never saw, get {@link Verdict#DROP}, and then the handler's exception is thrown on.
     *
     * @param handler called on this thread
     * @param limit upper bound of packets in one call, at least 1
     * @param timeoutMs longest wait for the first packet in milliseconds; 0 does not wait
     * @return the number of packets handed to {@code handler}, 0 when the wait ended without one, or {@link #END}
     * @throws BackendException when the packet source is broken and polling again is useless; lost packets, malformed
     *     messages and interrupted system calls are counted, not thrown
     */
    int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException;

    /** When the engine polls a backend. */
    enum Polling {
        /** All the time: packets that nobody takes are lost. */
        ALWAYS,
        /** While the clients take what they are sent: packets wait in the source for as long as it takes. */
        WHILE_TAKEN,
        /** As before, and not before a client wants any. */
        FROM_FIRST_ROUTE
    }

    /**
     * When to poll. Never changes.
     *
     * @since 2
     */
    default Polling polling() {
        return Polling.ALWAYS;
    }

    /** Whether the kernel waits for this backend's verdicts. False for a backend that only observes. Never changes. */
    boolean issuesVerdicts();

    /**
     * Who learns of the routes of sessions, for a backend whose provider {@link CaptureBackendProvider#wantsRoutes}. Asked once,
     * of the first lane, before any route is there.
     *
     * @since 2, added later
     */
    default Optional<RouteListener> routeListener() {
        return Optional.empty();
    }

    /**
     * Takes the values of the provider's {@link CaptureBackendProvider#liveOptions} anew, for all lanes; those of the others are
     * not looked at. Asked of the first lane, by any thread, one at a time; without effect once it is closed.
     *
     * @param options all of them, as for {@link CaptureBackendProvider#open}
     * @throws BackendException when that cannot be done; nothing is changed then
     * @since 2, added later
     */
    default void adopt(BackendOptions options) throws BackendException {
        // Without such options there is nothing to do.
    }

    /**
     * Reads what the kernel counted for this packet source. May read {@code /proc}: call it every few seconds, not per
     * packet. After {@link #close} the last reading is returned.
     */
    KernelStats kernelStats();

    /**
     * Hands over what was taken from the kernel and is not handed over yet, and takes nothing more. By the polling thread, which then
     * polls no more; before {@link #held}.
     *
     * @since 2, added later
     */
    default void handOverTaken(PacketHandler handler) throws BackendException {
        // A poll has handed over all that it took.
    }

    /**
     * What the next program of this process goes on with, where this source can be held; nothing is polled any more, and it is not
     * closed.
     *
     * @since 2, added later
     */
    default Optional<HeldSource> held() {
        return Optional.empty();
    }

    /** Ends capture and frees the packet source. A poll that waits returns {@link #END}. Closing again does nothing. */
    @Override
    void close();
}
