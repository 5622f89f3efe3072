package dev.intercept.restart;

import com.sun.jna.LastErrorException;
import dev.intercept.Departure;
import dev.intercept.daemon.ServiceManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Hands the {@link Baton} from one process of a service to the next through the service manager, which keeps the descriptors meanwhile:
 * the file descriptor store of systemd, sd_notify(3), and sd_listen_fds(3) for what comes out of it.
 */
public final class DescriptorStore {

    /** Of all descriptors: a manager closes those of a name. */
    static final String NAME = "intercept";

    /** What a start later than that would go on with is the memory of sessions that have ended. */
    static final long MAX_AGE_NS = TimeUnit.SECONDS.toNanos(30);

    private static final String PID = "LISTEN_PID";
    private static final String COUNT = "LISTEN_FDS";
    private static final String NAMES = "LISTEN_FDNAMES";

    static final List<String> COUNT_VARIABLES = List.of(PID, COUNT, NAMES);

    /** SD_LISTEN_FDS_START */
    private static final int FIRST = 3;

    private static final String MEMORY = "/memfd:intercept";

    private DescriptorStore() {}

    /**
     * Leaves it to the manager. The process then ends without closing a socket.
     *
     * @throws IOException when the manager is not sent all of it
     */
    public static void leave(Departure departure, ServiceManager manager) throws IOException {
        try {
            int memory = Libc.load().memfd_create("intercept", Libc.MFD_CLOEXEC);
            List<Integer> all = new ArrayList<>(Baton.write(memory, departure, Optional.empty()));
            all.removeIf(descriptor -> descriptor == Descriptors.NONE);
            all.add(memory);
            manager.store(NAME, all);
        } catch (LastErrorException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Takes what the manager kept, and has it close its copies.
     *
     * @throws IOException when it is of no use; all of it is closed then
     */
    static Optional<Baton> received(Map<String, String> environment) throws IOException {
        long pid = ProcessHandle.current().pid();
        if (!environment.getOrDefault(PID, "").equals(Long.toString(pid))) {
            return Optional.empty();
        }
        try (ServiceManager manager = ServiceManager.of(environment, pid)) {
            return received(passed(environment), manager, System.nanoTime());
        }
    }

    /** @param passed those of our name */
    static Optional<Baton> received(List<Integer> passed, ServiceManager manager, long nowNs) throws IOException {
        if (passed.isEmpty()) {
            return Optional.empty();
        }
        manager.discard(NAME);
        Map<String, Integer> places = new HashMap<>();
        Optional<Integer> memory = Optional.empty();
        for (int descriptor : passed) {
            String file = Descriptors.file(descriptor);
            if (file.startsWith(MEMORY)) {
                memory = Optional.of(descriptor);
            } else {
                places.put(file, descriptor);
            }
        }
        if (memory.isEmpty()) {
            Descriptors.close(passed);
            throw new IOException(
                    "the service manager did not keep all that the process before left; raise FileDescriptorStoreMax");
        }
        return Optional.of(Baton.read(memory.get(), places, leftNs -> refuseOld(nowNs - leftNs)));
    }

    private static void refuseOld(long ageNs) throws IOException {
        if (ageNs > MAX_AGE_NS) {
            throw new IOException("what the process before left is " + TimeUnit.NANOSECONDS.toSeconds(ageNs)
                    + " s old; after " + TimeUnit.NANOSECONDS.toSeconds(MAX_AGE_NS) + " s a start goes on without it");
        }
    }

    private static List<Integer> passed(Map<String, String> environment) {
        String count = environment.getOrDefault(COUNT, "");
        String[] names = environment.getOrDefault(NAMES, "").split(":", -1);
        List<Integer> passed = new ArrayList<>();
        for (int i = 0; count.matches("\\d{1,9}") && i < Math.min(Integer.parseInt(count), names.length); i++) {
            if (names[i].equals(NAME)) {
                passed.add(FIRST + i);
            }
        }
        return passed;
    }
}
