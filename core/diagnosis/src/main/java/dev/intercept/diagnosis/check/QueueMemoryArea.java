package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Host;
import java.util.List;

/** Whether the kernel's limits leave room for the queue that intercept asks for. */
final class QueueMemoryArea implements Area {

    /** What one waiting packet costs of a netlink socket's receive buffer, at least; headers only. */
    private static final int BYTES_PER_PACKET = 2048;

    private static final int DEFAULT_MAX_LENGTH = 8192;
    private static final long IP_QUEUE_MIN_LENGTH = 8192;

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return switch (scope.mode()) {
            case IP_QUEUE -> lookAtIpQueue(host);
            case NFQUEUE, NFLOG -> lookAtBuffer(host, scope);
            default -> List.of();
        };
    }

    private static List<Finding> lookAtIpQueue(Host host) {
        String name = "net.ipv4.ip_queue_maxlen";
        return host.sysctlNumber(name).stream()
                .map(length -> length >= IP_QUEUE_MIN_LENGTH
                        ? Finding.ok(FindingId.QUEUE_MEMORY, name + " is " + length)
                        : Finding.warn(
                                FindingId.QUEUE_MEMORY,
                                name + " is " + length + ", a burst of more answers is dropped",
                                "sysctl -w " + name + "=" + IP_QUEUE_MIN_LENGTH))
                .toList();
    }

    /** With CAP_NET_ADMIN the socket may take more than rmem_max: SO_RCVBUFFORCE of socket(7). */
    private static List<Finding> lookAtBuffer(Host host, CheckScope scope) {
        long length = scope.option("--queue-maxlen")
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Long::valueOf)
                .orElse((long) DEFAULT_MAX_LENGTH);
        long needed = length * BYTES_PER_PACKET;
        long allowed = host.sysctlNumber("net.core.rmem_max").orElse(Long.MAX_VALUE);
        String fact = "a queue of " + length + " packets needs " + needed + " bytes of socket buffer";
        if (PrivilegesArea.hasNetAdmin(host)) {
            return List.of(Finding.ok(FindingId.QUEUE_MEMORY, fact + "; CAP_NET_ADMIN may take them"));
        }
        return List.of(
                allowed >= needed
                        ? Finding.ok(FindingId.QUEUE_MEMORY, fact + "; net.core.rmem_max is " + allowed)
                        : Finding.warn(
                                FindingId.QUEUE_MEMORY,
                                fact + ", net.core.rmem_max allows " + allowed,
                                NetworkNamespaces.hostWide(host, "net.core.rmem_max=" + needed)));
    }
}
