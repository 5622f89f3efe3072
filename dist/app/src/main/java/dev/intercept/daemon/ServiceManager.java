package dev.intercept.daemon;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Notifies what started this process, by the protocol of sd_notify(3). Where nobody wants to, nothing is
 * sent. Any thread may use it.
 */
public final class ServiceManager implements AutoCloseable {

    private static final Logger LOG = System.getLogger(ServiceManager.class.getName());

    private static final String SOCKET = "NOTIFY_SOCKET";
    private static final String WATCHDOG_US = "WATCHDOG_USEC";
    private static final String WATCHDOG_PID = "WATCHDOG_PID";
    private static final int NS_PER_US = 1000;

    private final Optional<NotifySocket> socket;
    private final OptionalLong watchdogNs;
    private boolean hasFailed;

    private ServiceManager(Optional<NotifySocket> socket, OptionalLong watchdogNs) {
        this.socket = socket;
        this.watchdogNs = watchdogNs;
    }

    /**
     * Connects to the service manager that the environment names. One that cannot be reached is a warning: the process can do
     * its work without.
     */
    public static ServiceManager of(Map<String, String> environment, long pid) {
        String address = environment.getOrDefault(SOCKET, "");
        if (address.isEmpty()) {
            return new ServiceManager(Optional.empty(), OptionalLong.empty());
        }
        try {
            return new ServiceManager(Optional.of(new NotifySocket(address)), watchdogNs(environment, pid));
        } catch (IOException | LinkageError e) {
            LOG.log(
                    Level.WARNING,
                    "the service manager cannot be notified of the start (" + SOCKET + "=" + e.getMessage()
                            + "): with Type=notify it will end intercept; use Type=exec");
            return new ServiceManager(Optional.empty(), OptionalLong.empty());
        }
    }

    /** The variables may be meant for a parent and merely inherited: then another process is named. */
    private static OptionalLong watchdogNs(Map<String, String> environment, long pid) {
        String us = environment.getOrDefault(WATCHDOG_US, "");
        String watched = environment.getOrDefault(WATCHDOG_PID, Long.toString(pid));
        return us.matches("[1-9]\\d{0,14}") && watched.equals(Long.toString(pid))
                ? OptionalLong.of(Long.parseLong(us) * NS_PER_US)
                : OptionalLong.empty();
    }

    /** How long the service manager waits for {@link #alive} until it ends this process, in nanoseconds; empty for ever. */
    public OptionalLong watchdogNs() {
        return watchdogNs;
    }

    /** Whether anybody listens. */
    public boolean isThere() {
        return socket.isPresent();
    }

    /** The start is done. */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + oneLine(status));
    }

    /** What {@code systemctl status} shows. */
    public void status(String status) {
        send("STATUS=" + oneLine(status));
    }

    /** The process does its work; to be said at least once in {@link #watchdogNs}. */
    public void alive() {
        if (watchdogNs.isPresent()) {
            send("WATCHDOG=1");
        }
    }

    public void stopping() {
        send("STOPPING=1");
    }

    /**
     * Has the manager keep copies of file descriptors for the process that it starts next, where the unit has a FileDescriptorStoreMax;
     * also when they look as if nobody used them any more.
     *
     * @throws IOException when it cannot be sent all of them
     */
    public void store(String name, List<Integer> descriptors) throws IOException {
        NotifySocket to = socket.orElseThrow(() -> new IOException("there is none"));
        for (int from = 0; from < descriptors.size(); from += DescriptorMessage.MAX_DESCRIPTORS) {
            int end = Math.min(descriptors.size(), from + DescriptorMessage.MAX_DESCRIPTORS);
            to.send("FDSTORE=1\nFDNAME=" + name + "\nFDPOLL=0", descriptors.subList(from, end));
        }
    }

    /** Has the manager close its copies of the descriptors of this name, and waits, some seconds at most, until it has. */
    public void discard(String name) {
        send("FDSTOREREMOVE=1\nFDNAME=" + name);
        socket.ifPresent(to -> {
            try (Barrier barrier = new Barrier()) {
                to.send("BARRIER=1", List.of(barrier.descriptor()));
                barrier.await();
            } catch (IOException e) {
                complainOnce(e);
            }
        });
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ');
    }

    private void send(String message) {
        socket.ifPresent(to -> {
            try {
                to.send(message);
            } catch (IOException e) {
                complainOnce(e);
            }
        });
    }

    private synchronized void complainOnce(IOException e) {
        if (!hasFailed) {
            hasFailed = true;
            LOG.log(Level.WARNING, "the service manager cannot be sent the status: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        socket.ifPresent(NotifySocket::close);
    }
}
