package dev.intercept.ipqueue;

import java.nio.file.Path;

/**
 * Which kernel side the backend talks to: the real ip_queue, or for developers a stand-in of it in another process.
 *
 * <p>The stand-in is named by system properties: {@code intercept.ipqueue.protocol} (a netlink protocol between processes,
 * 2 is NETLINK_USERSOCK), {@code intercept.ipqueue.port} (its netlink port id) and {@code intercept.ipqueue.proc} (a
 * directory that takes the place of /proc). docs/ip_queue.md shows how they are used.
 *
 * @param protocol netlink protocol
 * @param portId netlink port id of the other side; 0 is the kernel
 * @param proc what is /proc
 */
record KernelEndpoint(int protocol, int portId, Path proc) {

    /** {@code NETLINK_FIREWALL} of linux/netlink.h up to 3.4. */
    static final int NETLINK_FIREWALL = 3;

    static final String PROTOCOL_PROPERTY = "intercept.ipqueue.protocol";
    static final String PORT_PROPERTY = "intercept.ipqueue.port";
    static final String PROC_PROPERTY = "intercept.ipqueue.proc";

    static KernelEndpoint fromSystemProperties() {
        return new KernelEndpoint(
                Integer.getInteger(PROTOCOL_PROPERTY, NETLINK_FIREWALL),
                Integer.getInteger(PORT_PROPERTY, 0),
                Path.of(System.getProperty(PROC_PROPERTY, "/proc")));
    }

    boolean isKernel() {
        return protocol == NETLINK_FIREWALL && portId == 0;
    }
}
