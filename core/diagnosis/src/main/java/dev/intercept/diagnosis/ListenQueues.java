package dev.intercept.diagnosis;

import dev.intercept.spi.Host;
import java.util.List;

/**
 * The queues of connections that wait to be accepted, in the network namespace of the calling thread: proc_net(5), and ListenOverflows
 * of the kernel's SNMP counters.
 */
public final class ListenQueues {

    private static final String GROUP = "TcpExt:";
    private static final String OVERFLOWS = "ListenOverflows";

    private final Host host;

    public ListenQueues(Host host) {
        this.host = host;
    }

    /** Connections that found a queue full, of all ports together since the start of the host; 0 where it is not known. */
    public long overflows() {
        List<String[]> lines = host.readNet("netstat")
                .orElse("")
                .lines()
                .filter(line -> line.startsWith(GROUP))
                .map(line -> line.split(" "))
                .toList();
        if (lines.size() == 2) {
            int column = List.of(lines.get(0)).indexOf(OVERFLOWS);
            if (column > 0 && column < lines.get(1).length) {
                return Long.parseLong(lines.get(1)[column]);
            }
        }
        return 0;
    }

    /** Connections that wait at a port of this host; 0 where nothing listens. */
    public int waiting(int port) {
        return new Sockets(host).waitingAt(port);
    }
}
