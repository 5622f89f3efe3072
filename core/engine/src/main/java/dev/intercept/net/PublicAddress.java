package dev.intercept.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;

/** Whether a listening address can be reached from outside the networks that are private by convention. */
public final class PublicAddress {

    private static final int UNIQUE_LOCAL_MASK = 0xfe;
    private static final int UNIQUE_LOCAL_PREFIX = 0xfc;

    private PublicAddress() {}

    /**
     * @param listening where a socket listens; the wildcard address stands for every address of this host
     * @return a public address at which it can be reached; empty when there is none
     */
    public static Optional<InetAddress> reachableAt(InetAddress listening) {
        if (!listening.isAnyLocalAddress()) {
            return isPublic(listening) ? Optional.of(listening) : Optional.empty();
        }
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(PublicAddress::isPublic)
                    .findFirst();
        } catch (SocketException e) {
            // Interfaces that cannot be listed are no reason not to start; the warning is left out.
            return Optional.empty();
        }
    }

    /** Not loopback, link-local, RFC 1918 private or RFC 4193 unique local. */
    static boolean isPublic(InetAddress address) {
        boolean isUniqueLocal = address.getAddress().length == 16
                && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL_PREFIX;
        return !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !isUniqueLocal;
    }
}
