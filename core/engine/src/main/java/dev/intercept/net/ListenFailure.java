package dev.intercept.net;

import com.google.common.net.InetAddresses;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.stream.Collectors;

/** Why a socket cannot listen, and what to do. */
public final class ListenFailure {

    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    private ListenFailure() {}

    /**
     * @param addressOption the option that names the address
     * @param portOption the option that names the port, maybe the same
     */
    public static String text(InetSocketAddress address, IOException e, String addressOption, String portOption) {
        if (!isOfThisHost(address.getAddress())) {
            return "this host has no such address; it has " + addresses() + ": choose one with " + addressOption;
        }
        String reason = IoFailure.reason(e);
        if (!(e instanceof BindException) && address.getPort() < FIRST_UNPRIVILEGED_PORT) {
            return reason + "; choose a port from " + FIRST_UNPRIVILEGED_PORT + " on with " + portOption
                    + ", or run as root";
        }
        String options = addressOption.equals(portOption) ? portOption : portOption + " or " + addressOption;
        return reason + "; choose another with " + options + ", or stop what holds it";
    }

    /** Where this cannot be found out, true. */
    public static boolean isOfThisHost(InetAddress address) {
        try {
            return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private static String addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress())
                    .map(address -> InetAddresses.toAddrString(address).replaceFirst("%.*$", ""))
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
        } catch (SocketException e) {
            return "those that 'ip address' shows";
        }
    }
}
