package dev.intercept.nflog;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.Advice;
import dev.intercept.nfnetlink.ResourceTable;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;

/** Why a group cannot be opened, in words that name the next step. */
final class GroupRefusal {

    private static final ResourceTable OWNERS = new ResourceTable(LogProtocol.PROC_TABLE);

    private GroupRefusal() {}

    static BackendException notPermitted(int group, SystemCallException e) {
        return new BackendException(Kind.NO_PERMISSION, "group " + group + ": NFLOG " + Advice.NET_ADMIN, e);
    }

    static BackendException taken(int group, SystemCallException e) {
        return new BackendException(
                Kind.REFUSED,
                "group " + group + " is held by " + OWNERS.describeOwner(group) + ": stop it, or use --nflog-group "
                        + OWNERS.firstFree(group + 1, 1) + " here and in the rule",
                e);
    }

    static BackendException explain(int group, SystemCallException e) {
        if (Advice.saysNoNetfilter(e.errno())) {
            return new BackendException(
                    Kind.UNAVAILABLE, "group " + group + ": " + Advice.NO_NETFILTER + "nfnetlink_log", e);
        }
        if (e.errno() == Errno.EINVAL) {
            return new BackendException(
                    Kind.UNAVAILABLE,
                    "group " + group + ": this kernel has no NFLOG (CONFIG_NETFILTER_NETLINK_LOG): modprobe"
                            + " nfnetlink_log",
                    e);
        }
        return new BackendException(
                Kind.REFUSED,
                "group " + group + " cannot be opened: " + e.getMessage()
                        + "; dmesg may say more, another group is tried with --nflog-group N",
                e);
    }
}
