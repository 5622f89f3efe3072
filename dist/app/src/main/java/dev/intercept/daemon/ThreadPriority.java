package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The nice value of the process's threads, setpriority(2), and with it of those that they start from now on: Linux has one for each
 * thread. The runtime's compilers stay behind. Its thread that collects garbage does not, nor do those that run our code: all others
 * wait for them when it collects.
 */
public final class ThreadPriority {

    /** Before what a machine is stressed with, behind what an administrator put first. */
    static final int DEFAULT_NICE = -10;

    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;
    private static final int ESRCH = 3;

    private static final Logger LOG = System.getLogger(ThreadPriority.class.getName());

    /** The C library's call; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int setpriority(int which, int who, int nice) throws LastErrorException;

        int getpriority(int which, int who);
    }

    /** What it was before {@link #raise}. */
    private static volatile int before;

    private ThreadPriority() {}

    /**
     * Gives the calling thread the nice value from before {@link #raise}, for a program that it is about to start and that raises it
     * itself; where it could not, which another thread tries, the value stays.
     */
    public static void lowerAgain() {
        Libc libc = Native.load("c", Libc.class);
        int raised = libc.getpriority(PRIO_PROCESS, CALLING_THREAD);
        int lower = before;
        boolean mayRaise = CompletableFuture.supplyAsync(() -> mayRaise(libc, lower, raised), command -> {
                    Thread thread = new Thread(command, "nice value");
                    thread.start();
                })
                .join();
        if (mayRaise) {
            libc.setpriority(PRIO_PROCESS, CALLING_THREAD, lower);
        }
    }

    private static boolean mayRaise(Libc libc, int from, int to) {
        try {
            libc.setpriority(PRIO_PROCESS, CALLING_THREAD, from);
            libc.setpriority(PRIO_PROCESS, CALLING_THREAD, to);
            return true;
        } catch (LastErrorException e) {
            return false;
        }
    }

    /**
     * Sets it. Where the system refuses it stays as it is, and one line says so.
     *
     * @param nice -20 to 19 as the user says; empty for -10 where that is allowed
     */
    public static void raise(Optional<Integer> nice) {
        int value = nice.orElse(DEFAULT_NICE);
        Libc libc = Native.load("c", Libc.class);
        before = libc.getpriority(PRIO_PROCESS, CALLING_THREAD);
        try {
            libc.setpriority(PRIO_PROCESS, CALLING_THREAD, value);
            for (int thread : others()) {
                setUnlessEnded(libc, thread, value);
            }
        } catch (LastErrorException e) {
            LOG.log(
                    nice.isPresent() ? Level.WARNING : Level.DEBUG,
                    "--nice " + value + ": the system refused it (" + e.getMessage()
                            + "); it takes CAP_SYS_NICE, or LimitNICE=" + value + " under systemd");
        }
    }

    private static void setUnlessEnded(Libc libc, int thread, int nice) {
        try {
            libc.setpriority(PRIO_PROCESS, thread, nice);
        } catch (LastErrorException e) {
            if (e.getErrorCode() != ESRCH) {
                throw e;
            }
        }
    }

    /** All that are there, by their names in HotSpot; none where they cannot be read. */
    private static List<Integer> others() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> !isCompiler(task))
                    .map(task -> Integer.valueOf(String.valueOf(task.getFileName())))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** Or is about to end. */
    private static boolean isCompiler(Path task) {
        try {
            String name = Files.readString(task.resolve("comm")).strip();
            return name.matches("C[12] CompilerThre.*|Training replay.*");
        } catch (IOException e) { // It has ended.
            return true;
        }
    }
}
