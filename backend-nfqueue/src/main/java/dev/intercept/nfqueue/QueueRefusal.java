package dev.intercept.nfqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.Advice;
import dev.intercept.nfnetlink.ResourceTable;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;

/** Why a queue cannot be opened, in words that name the next step. */
final class QueueRefusal {

    private static final ResourceTable OWNERS = new ResourceTable(QueueProtocol.PROC_TABLE);

    private QueueRefusal() {}

    /** The first request of all: privileges and the kernel's module are found out here. */
    static BackendException explainFamily(int queue, SystemCallException e) {
        return switch (e.errno()) {
            case Errno.EPERM -> because(Kind.NO_PERMISSION, e, "queue " + queue + ": NFQUEUE " + Advice.NET_ADMIN);
            case Errno.EBUSY ->
                because(
                        Kind.REFUSED,
                        e,
                        "queue " + queue + ": ip_queue has the packets of all queues:"
                                + " use --backend=ipqueue, or stop its program and modprobe -r ip_queue");
            case Errno.EINVAL ->
                because(
                        Kind.UNAVAILABLE,
                        e,
                        "queue " + queue + ": this kernel has no NFQUEUE"
                                + " (CONFIG_NETFILTER_NETLINK_QUEUE): modprobe nfnetlink_queue");
            default -> explain(queue, e);
        };
    }

    /** To a program that may ask at all, the kernel says EPERM of a queue that another socket holds. */
    static BackendException explainBind(int queue, QueueSettings settings, SystemCallException e) {
        if (e.errno() != Errno.EPERM && e.errno() != Errno.EBUSY) {
            return explain(queue, e);
        }
        return because(
                Kind.REFUSED,
                e,
                "queue " + queue + " is held by " + OWNERS.describeOwner(queue) + ": stop it, or use "
                        + QueueSettings.QUEUE + " " + freeQueues(settings) + " here and in the rule");
    }

    /** As many as were asked for, in a row. */
    private static String freeQueues(QueueSettings settings) {
        int count = settings.lastQueue() - settings.firstQueue() + 1;
        int first = OWNERS.firstFree(settings.firstQueue() + 1, count);
        return count == 1 ? Integer.toString(first) : first + ":" + (first + count - 1);
    }

    static BackendException explain(int queue, SystemCallException e) {
        if (Advice.saysNoNetfilter(e.errno())) {
            return because(Kind.UNAVAILABLE, e, "queue " + queue + ": " + Advice.NO_NETFILTER + "nfnetlink_queue");
        }
        return because(
                Kind.REFUSED,
                e,
                "queue " + queue + " cannot be opened: " + e.getMessage()
                        + "; dmesg may say more, another queue is tried with --queue N");
    }

    private static BackendException because(Kind kind, SystemCallException e, String message) {
        return new BackendException(kind, message, e);
    }
}
