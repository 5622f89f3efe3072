package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Host;
import java.util.Optional;

/** Which process has a socket open: its inode from the tables under /proc/net, the process from /proc/PID/fd. See proc(5). */
final class Sockets {

    /** A process, by what ps(1) would call it. */
    record Owner(long pid, String name, boolean isIntercept) {
        String text() {
            return "process " + pid + " (" + (isIntercept ? "intercept" : name) + ")";
        }
    }

    /** Protocol of nfnetlink sockets, linux/netlink.h NETLINK_NETFILTER. */
    private static final String NETLINK_NETFILTER = "12";

    private static final int NETLINK_COLUMNS = 10;
    private static final int TCP_COLUMNS = 10;

    /** TCP_LISTEN of the kernel's include/net/tcp_states.h, in hexadecimal. */
    private static final String LISTEN = "0A";

    private final Host host;

    Sockets(Host host) {
        this.host = host;
    }

    /** Who has the nfnetlink socket with this port id; empty when that process is another user's. */
    Optional<Owner> ofNetlinkPort(long portId) {
        for (String line : host.readNet("netlink").orElse("").split("\n")) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length >= NETLINK_COLUMNS
                    && columns[1].equals(NETLINK_NETFILTER)
                    && columns[2].equals(Long.toString(portId))) {
                return holder(columns[9]);
            }
        }
        return Optional.empty();
    }

    /** The inode of the socket that listens on a TCP port; empty when none does. */
    Optional<String> listeningOn(int port) {
        String portHex = String.format(":%04X", port);
        for (String table : new String[] {"tcp", "tcp6"}) {
            for (String line : host.readNet(table).orElse("").split("\n")) {
                String[] columns = line.strip().split("\\s+");
                if (columns.length >= TCP_COLUMNS && columns[1].endsWith(portHex) && columns[3].equals(LISTEN)) {
                    return Optional.of(columns[9]);
                }
            }
        }
        return Optional.empty();
    }

    /** The process that holds the socket with this inode. */
    Optional<Owner> holder(String inode) {
        String link = "socket:[" + inode + "]";
        for (String pid : host.list("/proc")) {
            if (Character.isDigit(pid.charAt(0)) && holds(pid, link)) {
                return Optional.of(owner(pid));
            }
        }
        return Optional.empty();
    }

    private boolean holds(String pid, String link) {
        String directory = "/proc/" + pid + "/fd";
        return host.list(directory).stream()
                .anyMatch(fd ->
                        host.link(directory + "/" + fd).filter(link::equals).isPresent());
    }

    private Owner owner(String pid) {
        String name = host.read("/proc/" + pid + "/comm").orElse("?");
        String commandLine = host.read("/proc/" + pid + "/cmdline").orElse("");
        return new Owner(Long.parseLong(pid), name, commandLine.contains("dev.intercept.cli.Main"));
    }
}
