package dev.intercept.restart;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import dev.intercept.Departure;
import dev.intercept.daemon.ThreadPriority;
import java.io.File;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces the program of this process, execve(2): the id stays, and with it what a service manager and a PID file know; so do the
 * descriptors that are not closed on the way.
 */
public final class Succession {

    /** In the environment of the next process: the number of the descriptor that has the {@link Baton}; or {@link #TRIAL}. */
    public static final String VARIABLE = "INTERCEPT_RESTART";

    /** In the place of a number: find out whether a restart would succeed. */
    public static final String TRIAL = "try";

    private static final int FIRST_BEHIND_STANDARD_STREAMS = 3;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    private Succession() {}

    /** Whether this process is to find out only. */
    public static boolean isTrial(Map<String, String> environment) {
        return TRIAL.equals(environment.get(VARIABLE));
    }

    /**
     * What the process before has left; empty when this is an ordinary start.
     *
     * @throws IOException when it cannot be read; a {@link Baton.OtherVersionException} when its sockets were closed
     */
    public static Optional<Baton> received(Map<String, String> environment) throws IOException {
        String number = environment.getOrDefault(VARIABLE, "");
        return number.matches("\\d{1,9}")
                ? Optional.of(Baton.read(Integer.parseInt(number), Map.of(), Baton.Age.ANY))
                : DescriptorStore.received(environment);
    }

    /**
     * Does beforehand what may fail: this runtime must hand out its sockets, and the capabilities must be such as stay.
     *
     * @throws IOException when {@link #begin} would fail
     */
    public static void prepare(SocketChannel any) throws IOException {
        try {
            Descriptors.of(any);
            keepCapabilities(Libc.load());
        } catch (LastErrorException e) {
            throw new IOException("the capabilities would be lost: " + e.getMessage(), e);
        }
    }

    /**
     * Starts the program in the place of this one. Returns only by an exception, with everything open still.
     *
     * @param variables to be set for it
     * @throws IOException when the system refuses it
     */
    public static void begin(
            Path launcher,
            List<String> arguments,
            Map<String, String> variables,
            Departure departure,
            SocketChannel asking)
            throws IOException {
        Libc libc = Libc.load();
        try {
            int memory = libc.memfd_create("intercept", 0);
            List<Integer> kept = Baton.write(memory, departure, Optional.of(asking));
            kept.add(memory);
            closeOnExecAllBut(Set.copyOf(kept), libc);
            libc.setenv(VARIABLE, Integer.toString(memory), 1);
            DescriptorStore.COUNT_VARIABLES.forEach(libc::unsetenv); // These were the first program's.
            variables.forEach((name, value) -> libc.setenv(name, value, 1));
            ThreadPriority.lowerAgain();
            List<String> words = new ArrayList<>(List.of(launcher.toString()));
            words.addAll(arguments);
            libc.execv(launcher.toString(), words.toArray(String[]::new));
        } catch (LastErrorException e) {
            throw new IOException("the program cannot be started anew: " + e.getMessage(), e);
        }
    }

    private static void closeOnExecAllBut(Set<Integer> kept, Libc libc) {
        String[] open = new File("/proc/self/fd").list();
        Set<Integer> all = new HashSet<>(kept);
        for (String number : open == null ? new String[0] : open) {
            all.add(Integer.parseInt(number));
        }
        for (int descriptor : all) {
            if (descriptor >= FIRST_BEHIND_STANDARD_STREAMS) {
                mark(descriptor, kept.contains(descriptor) ? 0 : Libc.FD_CLOEXEC, libc);
            }
        }
    }

    private static void mark(int descriptor, int flags, Libc libc) {
        try {
            libc.fcntl(descriptor, Libc.F_SETFD, flags);
        } catch (LastErrorException e) {
            // That with which the directory was read is closed already.
        }
    }

    /** Root's come back by themselves. Another user's would be lost, but for those that are ambient in the thread that calls this, capabilities(7). */
    private static void keepCapabilities(Libc libc) throws IOException {
        long held = capabilities("CapPrm:");
        if (libc.geteuid() == 0 || (held & ~capabilities("CapAmb:")) == 0) {
            return;
        }
        int low = (int) held;
        int high = (int) (held >>> Integer.SIZE);
        libc.capset(new int[] {CAPABILITY_VERSION_3, 0}, new int[] {low, low, low, high, high, high});
        NativeLong none = new NativeLong(0);
        for (int capability = 0; capability < Long.SIZE; capability++) {
            if ((held >>> capability & 1) != 0) {
                libc.prctl(
                        Libc.PR_CAP_AMBIENT,
                        new NativeLong(Libc.PR_CAP_AMBIENT_RAISE),
                        new NativeLong(capability),
                        none,
                        none);
            }
        }
    }

    /** Of the calling thread. */
    private static long capabilities(String which) throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith(which))
                .map(line -> Long.parseUnsignedLong(
                        line.substring(line.indexOf(':') + 1).strip(), 16))
                .findFirst()
                .orElse(0L);
    }
}
