package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Who listens on the queues that intercept would listen on. */
final class QueueOwnerArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return switch (scope.mechanism()) {
            case NFQUEUE -> lookAtNfqueue(host, scope);
            case IP_QUEUE -> lookAtIpQueue(host);
            default -> List.of();
        };
    }

    private static List<Finding> lookAtNfqueue(Host host, CheckScope scope) {
        QueueTable table = QueueTable.read(host);
        CaptureRules rules = scope.rules().orElseThrow();
        List<Finding> findings = new ArrayList<>();
        for (QueueTable.Queue queue : table.queues()) {
            if (rules.listensOn(queue.number())) {
                findings.add(taken(host, queue, rules.numberOption() + "=" + firstFree(table, rules)));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(FindingId.QUEUE_OWNER, "queue " + rules.numbers() + " is free"));
        }
        return findings;
    }

    /** As many queues as are asked for, behind the last one in use. */
    private static int firstFree(QueueTable table, CaptureRules rules) {
        return table.queues().stream().mapToInt(QueueTable.Queue::number).max().orElse(rules.lastNumber()) + 1;
    }

    private static Finding taken(Host host, QueueTable.Queue queue, String free) {
        OptionalLong owner = new Sockets(host).ofNetlinkPort(queue.portId());
        String what = "queue " + queue.number();
        if (owner.isPresent()) {
            return ownedBy(host, owner.getAsLong(), what, "  # or a queue of your own, with a rule for it: " + free);
        }
        return Finding.fail(
                FindingId.QUEUE_OWNER,
                what + " belongs to a process that cannot be seen from here (port id " + queue.portId() + ")",
                "intercept " + free + "  # with a rule for it; or stop the other, which lives in another container");
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
