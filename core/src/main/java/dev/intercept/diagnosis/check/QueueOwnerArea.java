package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who listens on the queues that intercept would listen on. */
final class QueueOwnerArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return switch (scope.mode()) {
            case NFQUEUE -> lookAtNfqueue(host, scope);
            case IP_QUEUE -> lookAtIpQueue(host);
            default -> List.of();
        };
    }

    private static List<Finding> lookAtNfqueue(Host host, CheckScope scope) {
        QueueTable table = QueueTable.read(host);
        QueueNumbers queues = scope.queues();
        List<Finding> findings = new ArrayList<>();
        for (QueueTable.Queue queue : table.queues()) {
            if (queues.contains(queue.number())) {
                findings.add(taken(host, queue, firstFree(table, queues)));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(FindingId.QUEUE_OWNER, "queue " + queues + " is free"));
        }
        return findings;
    }

    /** As many queues as are asked for, behind the last one in use. */
    private static int firstFree(QueueTable table, QueueNumbers queues) {
        return table.queues().stream().mapToInt(QueueTable.Queue::number).max().orElse(queues.last()) + 1;
    }

    private static Finding taken(Host host, QueueTable.Queue queue, int free) {
        Optional<Sockets.Owner> owner = new Sockets(host).ofNetlinkPort(queue.portId());
        String fact = "queue " + queue.number() + " belongs to "
                + owner.map(Sockets.Owner::text)
                        .orElse("a process that cannot be seen from here (port id " + queue.portId() + ")");
        if (owner.filter(Sockets.Owner::isIntercept).isPresent()) {
            return Finding.ok(FindingId.QUEUE_OWNER, fact);
        }
        return Finding.fail(
                FindingId.QUEUE_OWNER,
                fact,
                owner.map(process -> "kill " + process.pid())
                                .orElse("stop that process, found by ss -A netlink as root")
                        + "  # or a queue of your own, with a rule for it: --queue=" + free);
    }

    private static List<Finding> lookAtIpQueue(Host host) {
        Optional<IpQueueState> state = IpQueueState.read(host);
        if (state.isEmpty()) {
            return List.of();
        }
        long pid = state.get().peerPid();
        if (pid == 0) {
            return List.of(Finding.ok(FindingId.QUEUE_OWNER, "ip_queue has no listener"));
        }
        String name = host.read("/proc/" + pid + "/comm").orElse("?");
        boolean isIntercept = host.read("/proc/" + pid + "/cmdline").orElse("").contains("dev.intercept.cli.Main");
        String fact = "ip_queue belongs to process " + pid + " (" + (isIntercept ? "intercept" : name) + ")";
        return List.of(
                isIntercept
                        ? Finding.ok(FindingId.QUEUE_OWNER, fact)
                        : Finding.fail(FindingId.QUEUE_OWNER, fact, "kill " + pid));
    }
}
