package dev.intercept.endtoend;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The built program as systemd starts it: with open descriptors from 3 on, which the JDK's processes cannot be given. */
final class SpawnedProgram implements AutoCloseable {

    private static final int FIRST = 3;
    private static final int F_DUPFD_CLOEXEC = 1030;

    /** Above all that is used in between. */
    private static final int OUT_OF_THE_WAY = 500;

    private static final int O_WRONLY_CREAT_TRUNC = 01 | 0100 | 01000;
    private static final int MODE = 0644;
    private static final int ACTIONS_BYTES = 1024;

    /** posix_spawn(3) and what it takes; the result of each is an errno, but for fcntl and waitpid. */
    interface Libc extends Library {
        int posix_spawn_file_actions_init(Pointer actions);

        int posix_spawn_file_actions_adddup2(Pointer actions, int fd, int wanted);

        int posix_spawn_file_actions_addopen(Pointer actions, int fd, String path, int flags, int mode);

        int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int fd);

        int posix_spawn(
                IntByReference pid,
                String path,
                Pointer actions,
                Pointer attributes,
                String[] arguments,
                String[] environment);

        int fcntl(int fd, int command, int argument) throws LastErrorException;

        int close(int fd) throws LastErrorException;

        int waitpid(int pid, IntByReference status, int options) throws LastErrorException;
    }

    private static final Libc LIBC = Native.load("c", Libc.class);

    private final int pid;

    private SpawnedProgram(int pid) {
        this.pid = pid;
    }

    /**
     * @param script of sh(1), which becomes the program by {@code exec}
     * @param output where both streams go
     */
    static SpawnedProgram start(String script, Map<String, String> variables, List<Integer> descriptors, Path output) {
        Memory actions = new Memory(ACTIONS_BYTES);
        LIBC.posix_spawn_file_actions_init(actions);
        List<Integer> copies = descriptors.stream()
                .map(each -> LIBC.fcntl(each, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY))
                .toList();
        LIBC.posix_spawn_file_actions_addopen(actions, 1, output.toString(), O_WRONLY_CREAT_TRUNC, MODE);
        LIBC.posix_spawn_file_actions_adddup2(actions, 1, 2);
        for (int i = 0; i < copies.size(); i++) {
            LIBC.posix_spawn_file_actions_adddup2(actions, copies.get(i), FIRST + i);
        }
        LIBC.posix_spawn_file_actions_addclosefrom_np(actions, FIRST + copies.size());
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.putAll(variables);
        String[] words = environment.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toArray(String[]::new);
        IntByReference pid = new IntByReference();
        int errno = LIBC.posix_spawn(pid, "/bin/sh", actions, null, new String[] {"sh", "-c", script}, words);
        copies.forEach(LIBC::close);
        if (errno != 0) {
            throw new AssertionError("posix_spawn: errno " + errno);
        }
        return new SpawnedProgram(pid.getValue());
    }

    long pid() {
        return pid;
    }

    /** Ends it in order. */
    void stop() throws Exception {
        ProcessHandle handle = ProcessHandle.of(pid).orElseThrow();
        handle.destroy();
        handle.onExit().get(InstalledProgram.PATIENCE_S, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        LIBC.waitpid(pid, new IntByReference(), 0);
    }
}
