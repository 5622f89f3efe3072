package dev.intercept.diagnosis;

import dev.intercept.spi.Host;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Which process has a socket open: its inode from the tables under /proc/net, the process from the links in /proc/PID/fd
 * (proc(5)). Sees the network namespace of the calling thread, and other users' processes only as root.
 */
public final class Sockets {

    /** Protocol of nfnetlink sockets, linux/netlink.h NETLINK_NETFILTER. */
    private static final String NETLINK_NETFILTER = "12";

    private static final int NETLINK_COLUMNS = 10;
    private static final int TCP_COLUMNS = 10;

    /** TCP_LISTEN of the kernel's include/net/tcp_states.h, in hexadecimal. */
    private static final String LISTEN = "0A";

    private final Host host;

    public Sockets(Host host) {
        this.host = host;
    }

    /** The process that has the nfnetlink socket with this port id; empty when that process is another user's. */
    public OptionalLong ofNetlinkPort(long portId) {
        for (String line : host.readNet("netlink").orElse("").split("\n")) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length >= NETLINK_COLUMNS
                    && columns[1].equals(NETLINK_NETFILTER)
                    && columns[2].equals(Long.toString(portId))) {
                return holder(columns[9]);
            }
        }
        return OptionalLong.empty();
    }

    /** The inode of the socket that listens on a TCP port; empty when none does. */
    public Optional<String> listeningOn(int port) {
        return listening(port).findFirst().map(columns -> columns[9]);
    }

    /** Connections that wait to be accepted at a TCP port. */
    int waitingAt(int port) {
        return listening(port)
                .mapToInt(columns -> Integer.parseInt(columns[4].substring(columns[4].indexOf(':') + 1), 16))
                .sum();
    }

    /** The columns of the sockets that listen on a port. */
    private Stream<String[]> listening(int port) {
        String portHex = String.format(":%04X", port);
        return Stream.of("tcp", "tcp6")
                .flatMap(table -> host.readNet(table).orElse("").lines())
                .map(line -> line.strip().split("\\s+"))
                .filter(columns ->
                        columns.length >= TCP_COLUMNS && columns[1].endsWith(portHex) && columns[3].equals(LISTEN));
    }

    /** The process that holds the socket with this inode; empty when it is another user's. */
    public OptionalLong holder(String inode) {
        String link = "socket:[" + inode + "]";
        return host.list("/proc").stream()
                .filter(name -> name.chars().allMatch(Character::isDigit))
                .filter(pid -> holds(pid, link))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private boolean holds(String pid, String link) {
        String directory = "/proc/" + pid + "/fd";
        return host.list(directory).stream()
                .anyMatch(fd ->
                        host.link(directory + "/" + fd).filter(link::equals).isPresent());
    }
}
