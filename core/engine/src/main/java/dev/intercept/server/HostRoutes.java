package dev.intercept.server;

import java.net.InetAddress;

/**
 * What is done to the host's routes so that the kernel acknowledges a tunnel's records at once, whether or not a thread of this
 * program gets to read them. Failures are its own to log: a tunnel works without.
 *
 * <p>Thread rule: the server thread.
 */
public interface HostRoutes {

    /** Leaves the host's routes as they are. */
    HostRoutes UNTOUCHED = new HostRoutes() {
        @Override
        public void opened(InetAddress local, InetAddress peer) {}

        @Override
        public void closed(InetAddress peer) {}

        @Override
        public void look() {}

        @Override
        public void close() {}
    };

    /** A tunnel is there; several may have the same peer. */
    void opened(InetAddress local, InetAddress peer);

    /** A tunnel has ended. */
    void closed(InetAddress peer);

    /** Follows the host's routes if they have changed. Called about once a second. */
    void look();

    /** Leaves nothing behind. Once, when no tunnel is left. */
    void close();
}
