package dev.intercept.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process that listens on a TCP port: the socket's inode from {@code /proc/net/tcp} and {@code tcp6}, the
 * process from the links in {@code /proc/PID/fd} (proc(5)). Sees this network namespace only, and other users' processes
 * only as root.
 */
public final class PortOwner {

    /** Fields of a line of /proc/net/tcp, split at white space: sl local_address rem_address st … inode. */
    private static final int LOCAL_ADDRESS_FIELD = 1;

    private static final int STATE_FIELD = 3;
    private static final int INODE_FIELD = 9;

    /** TCP_LISTEN of the kernel's include/net/tcp_states.h, in hexadecimal. */
    private static final String LISTEN = "0A";

    private final Path proc;
    private final ProcessNames names;

    public PortOwner() {
        this(Path.of("/proc"));
    }

    PortOwner(Path proc) {
        this.proc = proc;
        this.names = new ProcessNames(proc);
    }

    /** {@code "process 1234 (nginx)"}; empty when nothing listens on the port or its process cannot be seen. */
    public Optional<String> describe(int port) {
        Set<String> sockets = listeningSockets(port);
        return sockets.isEmpty() ? Optional.empty() : holder(sockets).map(names::describe);
    }

    private Set<String> listeningSockets(int port) {
        Set<String> links = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            for (String line : lines(proc.resolve(table))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > INODE_FIELD
                        && fields[STATE_FIELD].equals(LISTEN)
                        && fields[LOCAL_ADDRESS_FIELD].endsWith(String.format(":%04X", port))) {
                    links.add("socket:[" + fields[INODE_FIELD] + "]");
                }
            }
        }
        return links;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return List.of(); // tcp6 is missing where IPv6 is off.
        }
    }

    private Optional<Long> holder(Set<String> sockets) {
        for (Path process : list(proc)) {
            String pid = process.getFileName().toString();
            if (pid.chars().allMatch(Character::isDigit) && holds(process, sockets)) {
                return Optional.of(Long.parseLong(pid));
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, Set<String> sockets) {
        for (Path descriptor : list(process.resolve("fd"))) {
            try {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            } catch (IOException e) {
                continue; // Closed since the directory was read.
            }
        }
        return false;
    }

    private static List<Path> list(Path directory) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        } catch (IOException e) {
            return entries; // The process ended, or belongs to another user.
        }
        return entries;
    }
}
