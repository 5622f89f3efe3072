package dev.intercept.nfnetlink;

import dev.intercept.netlink.Errno;

/** Next steps that end the error texts of both netfilter backends. */
public final class Advice {

    public static final String NET_ADMIN =
            "needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN in the systemd unit, or under"
                    + " setpriv --inh-caps=+net_admin --ambient-caps=+net_admin";

    public static final String NO_NETFILTER =
            "this kernel has no nfnetlink sockets (CONFIG_NETFILTER_NETLINK): modprobe ";

    private Advice() {}

    /** Whether an error number says that netlink itself is not there. */
    public static boolean saysNoNetfilter(int errno) {
        return errno == Errno.EPROTONOSUPPORT || errno == Errno.EAFNOSUPPORT;
    }
}
