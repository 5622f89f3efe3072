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
import java.util.stream.IntStream;

/** Who listens on the queues that intercept would listen on. */
final class QueueOwnerArea implements Area {

    private static final int MAX_QUEUE = 65535;

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
                findings.add(taken(host, queue, rules.numberOption() + "=" + free(table, rules)));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(FindingId.QUEUE_OWNER, "queue " + rules.numbers() + " is free"));
        }
        return findings;
    }

    /** As many queues as are asked for, in a row. */
    private static String free(QueueTable table, CaptureRules rules) {
        int count = rules.lastNumber() - rules.firstNumber() + 1;
        int last = MAX_QUEUE - count + 1;
        int first = IntStream.concat(
                        IntStream.rangeClosed(rules.firstNumber() + 1, last),
                        IntStream.rangeClosed(0, Math.min(rules.firstNumber(), last)))
                .filter(start -> IntStream.range(start, start + count)
                        .noneMatch(number -> table.of(number).isPresent()))
                .findFirst()
                .orElse(0);
        return count == 1 ? Integer.toString(first) : first + ":" + (first + count - 1);
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
