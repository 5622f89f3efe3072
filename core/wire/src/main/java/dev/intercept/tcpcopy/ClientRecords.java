package dev.intercept.tcpcopy;

/**
 * What a client's bytes say, record by record, in their order. Called by the thread that decodes.
 *
 * <p>Addresses are IPv4 addresses as big-endian ints, ports 0 to 65535. Clients up to 0.9.0 do not name the target: theirs is
 * address 0 and port 0, which stand for any.
 */
public interface ClientRecords {

    /** The generation was recognised: always once, and before any other call. */
    void opened(TunnelFormat format);

    /** CLIENT_ADD: from now on the answers of this session go to the tunnel that these bytes came from. */
    void add(int clientAddress, int clientPort, int targetAddress, int targetPort);

    /** CLIENT_DEL: the session ended, as far as {@link Generation#honoursDelete the generation} means that. */
    void delete(int clientAddress, int clientPort, int targetAddress, int targetPort);
}
