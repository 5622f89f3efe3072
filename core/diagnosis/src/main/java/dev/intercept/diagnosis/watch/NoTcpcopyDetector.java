package dev.intercept.diagnosis.watch;

import com.google.common.net.InetAddresses;
import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingBoard;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.stats.Counter;
import dev.intercept.stats.PortTally;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** No tcpcopy is connected: none was yet, or the last one has left. */
final class NoTcpcopyDetector implements Detector {

    private final InetSocketAddress address;
    private final BooleanSupplier connected;
    private final TargetPorts targetPorts;
    private boolean wasConnected;

    NoTcpcopyDetector(InetSocketAddress address, BooleanSupplier connected, TargetPorts targetPorts) {
        this.address = address;
        this.connected = connected;
        this.targetPorts = targetPorts;
    }

    @Override
    public void look(Reading now, Reading windowStart, FindingBoard board) {
        boolean isConnected = connected.getAsBoolean();
        wasConnected |= isConnected || now.get(Counter.ROUTES_ADDED) > 0;
        if (isConnected) {
            board.clear(FindingId.NO_TCPCOPY, "");
            return;
        }
        long answers = now.packets() - windowStart.packets() - now.since(windowStart, Counter.PASSED);
        String fact = (wasConnected ? "the last tcpcopy has left" : "no tcpcopy has connected yet")
                + (answers == 0 ? "" : "; " + answers + " answers were dropped in " + WINDOW_S + " s");
        board.raise(
                wasConnected && answers > 0
                        ? Finding.warn(FindingId.NO_TCPCOPY, fact, command())
                        : Finding.info(FindingId.NO_TCPCOPY, fact, command()));
    }

    /** What is not known stands in capitals. */
    private String command() {
        String here = Optional.of(address.getAddress())
                .filter(bound -> !bound.isAnyLocalAddress())
                .or(NoTcpcopyDetector::ownAddress)
                .map(InetAddresses::toAddrString)
                .orElse("THIS_HOST");
        String target = targetPorts.targets().entries().stream()
                .findFirst()
                .map(NoTcpcopyDetector::text)
                .orElseGet(() -> "TARGET:" + port());
        String port = address.getPort() == InterceptConfig.DEFAULT_PORT ? "" : " -p " + address.getPort();
        return "tcpcopy -x ONLINE_PORT-" + target + " -s " + here + port + "  # on the online server";
    }

    private String port() {
        return targetPorts.all().stream().findFirst().map(Object::toString).orElse("PORT");
    }

    private static String text(PortTally.Entry target) {
        return Addresses.text(target.address()) + ":" + target.port();
    }

    private static Optional<InetAddress> ownAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(each -> each instanceof Inet4Address && !each.isLoopbackAddress())
                    .findFirst();
        } catch (SocketException e) {
            return Optional.empty(); // Then the reader fills it in.
        }
    }
}
