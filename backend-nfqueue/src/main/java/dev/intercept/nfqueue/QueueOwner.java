package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.NetlinkSocket;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds who holds a queue: queue → netlink port → socket → process, each from a file of {@code /proc}. */
final class QueueOwner {

    private static final Path PROC = Path.of("/proc");
    private static final Path NETLINK_SOCKETS = Path.of("/proc/thread-self/net/netlink");

    private QueueOwner() {}

    /** Such as "pid 1234 (nfqws)"; "another program" when it cannot be seen which. */
    static String describe(int queue) {
        try (QueueProc proc = new QueueProc()) {
            return QueueStatus.find(proc.read(), queue)
                    .flatMap(status -> socketInode(status.portId()))
                    .flatMap(QueueOwner::process)
                    .orElse("another program");
        } catch (IOException e) {
            return "another program";
        }
    }

    /** The lowest queue number above {@code queue} that nobody holds, as far as can be seen. */
    static int nextFree(int queue) {
        int free = queue + 1;
        try (QueueProc proc = new QueueProc()) {
            String text = proc.read();
            while (QueueStatus.find(text, free).isPresent()) {
                free++;
            }
        } catch (IOException e) {
            // The neighbour is as good a guess as any.
        }
        return free;
    }

    /** Columns: sk, protocol, port id, …, inode last. */
    private static Optional<String> socketInode(long portId) {
        String protocol = Integer.toString(NetlinkSocket.NETLINK_NETFILTER);
        String port = Long.toString(portId);
        try {
            return Files.readString(NETLINK_SOCKETS)
                    .lines()
                    .map(line -> line.strip().split(" +"))
                    .filter(fields -> fields.length > 3 && fields[1].equals(protocol) && fields[2].equals(port))
                    .map(fields -> fields[fields.length - 1])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> process(String inode) {
        Path socket = Path.of("socket:[" + inode + "]");
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, socket)) {
                    return Optional.of("pid " + process.getFileName() + " (" + name(process) + ")");
                }
            }
        } catch (IOException e) {
            // Then nobody is found.
        }
        return Optional.empty();
    }

    private static boolean holds(Path process, Path socket) {
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path fd : fds) {
                if (isLinkTo(fd, socket)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Ended meanwhile, or not ours to look into.
        }
        return false;
    }

    private static boolean isLinkTo(Path link, Path target) {
        try {
            return Files.readSymbolicLink(link).equals(target);
        } catch (IOException e) {
            return false;
        }
    }

    /** A JVM is called java whatever it runs: this looks for our own main class. */
    private static String name(Path process) throws IOException {
        boolean intercept = Files.readString(process.resolve("cmdline")).contains("\0dev.intercept.");
        return intercept
                ? "intercept"
                : Files.readString(process.resolve("comm")).strip();
    }
}
