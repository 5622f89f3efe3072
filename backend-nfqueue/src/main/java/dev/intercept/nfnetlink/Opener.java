package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.spi.BackendException;

/** Opens a queue or group: a socket, the settings, the way its packets come in. All or nothing. */
public abstract class Opener<B> {

    private final SystemCalls calls;

    protected Opener(SystemCalls calls) {
        this.calls = calls;
    }

    public final B open() throws BackendException {
        try {
            return configured(new NetlinkSocket(calls, NetlinkSocket.NETLINK_NETFILTER));
        } catch (SystemCallException e) {
            throw explain(e);
        }
    }

    /** Takes the queue or group over this socket, and closes it when that fails. */
    public final B configured(NetlinkSocket socket) throws SystemCallException, BackendException {
        try {
            return configure(socket);
        } catch (SystemCallException | BackendException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    protected abstract B configure(NetlinkSocket socket) throws SystemCallException, BackendException;

    /** What a failure means that {@link #configure} did not explain. */
    protected abstract BackendException explain(SystemCallException e);
}
