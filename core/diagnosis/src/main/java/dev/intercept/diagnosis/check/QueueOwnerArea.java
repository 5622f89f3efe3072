package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Host;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.diagnosis.rules.NumberRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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
        NumberRange queues = scope.queues();
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
    private static int firstFree(QueueTable table, NumberRange queues) {
        return table.queues().stream().mapToInt(QueueTable.Queue::number).max().orElse(queues.last()) + 1;
    }

    private static Finding taken(Host host, QueueTable.Queue queue, int free) {
        OptionalLong owner = new Sockets(host).ofNetlinkPort(queue.portId());
        String what = "queue " + queue.number();
        if (owner.isPresent()) {
            return ownedBy(
                    host, owner.getAsLong(), what, "  # or a queue of your own, with a rule for it: --queue=" + free);
        }
        return Finding.fail(
                FindingId.QUEUE_OWNER,
                what + " belongs to a process that cannot be seen from here (port id " + queue.portId() + ")",
                "intercept --queue=" + free
                        + "  # with a rule for it; or stop the other, which lives in another container");
    }

    private static Finding ownedBy(Host host, long pid, String what, String alternative) {
        Processes processes = new Processes(host);
        String fact = what + " belongs to " + processes.describe(pid);
        return processes.isIntercept(pid)
                ? Finding.ok(FindingId.QUEUE_OWNER, fact)
                : Finding.fail(FindingId.QUEUE_OWNER, fact, "kill " + pid + alternative);
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
        return List.of(ownedBy(host, pid, "ip_queue", ""));
    }
}
