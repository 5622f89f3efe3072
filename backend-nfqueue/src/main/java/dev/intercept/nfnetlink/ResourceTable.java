package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkSocket;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Who holds which queue or group: its number → netlink port → socket → process, each from a file of {@code /proc}. The
 * tables of all subsystems begin alike: the number, the netlink port.
 */
public final class ResourceTable {

    private static final int MAX_NUMBER = 65535;
    private static final Path PROC = Path.of("/proc");
    private static final Path NETLINK_SOCKETS = Path.of("/proc/thread-self/net/netlink");

    private final String name;

    /** @param name of the subsystem's table, {@code nfnetlink_queue} */
    public ResourceTable(String name) {
        this.name = name;
    }

    /** Such as "process 1234 (nfqws)"; "another program" when it cannot be seen which. */
    public String describeOwner(int number) {
        return find(read(), number)
                .flatMap(ResourceTable::socketInode)
                .flatMap(ResourceTable::process)
                .orElse("another program");
    }

    /**
     * The lowest numbers in a row that nobody holds, as far as can be seen, at or above {@code from}; where there are none up
     * to 65535, those from 0 on.
     *
     * @param count how many, at least 1
     * @return the first of them; 0 when there is no such row
     */
    public int firstFree(int from, int count) {
        Set<Integer> held = held(read());
        return IntStream.concat(IntStream.rangeClosed(from, MAX_NUMBER), IntStream.range(0, from))
                .filter(first -> first + count - 1 <= MAX_NUMBER)
                .filter(first -> IntStream.range(first, first + count).noneMatch(held::contains))
                .findFirst()
                .orElse(0);
    }

    private static Set<Integer> held(String text) {
        return text.lines()
                .map(line -> line.strip().split(" +")[0])
                .filter(number -> number.matches("[0-9]{1,5}"))
                .map(Integer::valueOf)
                .collect(Collectors.toSet());
    }

    /** Empty where the table is not there, or not for this user. */
    private String read() {
        try (ProcTable table = new ProcTable(name)) {
            return table.read();
        } catch (IOException e) {
            return "";
        }
    }

    /** The netlink port of a number's owner. */
    private static Optional<String> find(String text, int number) {
        return text.lines()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields.length > 1 && fields[0].equals(Integer.toString(number)))
                .map(fields -> fields[1])
                .findFirst();
    }

    /** Columns: sk, protocol, port id, …, inode last. */
    private static Optional<String> socketInode(String port) {
        String protocol = Integer.toString(NetlinkSocket.NETLINK_NETFILTER);
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
                    return Optional.of("process " + process.getFileName() + " (" + name(process) + ")");
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
        String commandLine = Files.readString(process.resolve("cmdline"));
        boolean intercept = commandLine.contains("\0-Dintercept.home=") || commandLine.contains("\0dev.intercept.");
        return intercept
                ? "intercept"
                : Files.readString(process.resolve("comm")).strip();
    }
}
