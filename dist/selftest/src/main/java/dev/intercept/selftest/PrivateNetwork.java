package dev.intercept.selftest;

import dev.intercept.ExitCode;
import dev.intercept.kit.Commands;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The network of the test, laid out in the network namespace of this process. */
final class PrivateNetwork {

    static final int TARGET_PORT = 8080;

    /** What filters packets that come in over lo under a client's address. */
    private static final List<String> FILTERS = List.of("conf/all/rp_filter", "conf/lo/rp_filter");

    /** A new namespace may inherit these from the host; both would change where packets go. */
    private static final List<String> INHERITED =
            List.of("conf/all/rp_filter", "conf/default/rp_filter", "conf/lo/rp_filter", "ip_forward");

    private static final Path SYSCTLS = Path.of("/proc/sys/net/ipv4");

    private PrivateNetwork() {}

    /** What it does, for the user of a host on which it is laid out. */
    static String description() {
        return "adds the devices " + TestNetwork.TARGET_DEVICE + " and " + TestNetwork.WIRE_DEVICE + ", the address "
                + TestNetwork.TARGET + ", a route to " + TestNetwork.CLIENTS + " and a rule for answers of "
                + TestNetwork.TARGET + ":" + TARGET_PORT
                + ", sets rp_filter of lo and of all devices to 0 where it is not, and changes all of it back at the end";
    }

    /** @throws SelftestException with what could not be set up, and why */
    static void layOut(HostChanges changes) throws SelftestException {
        try {
            for (String name : changes.isPrivate() ? INHERITED : FILTERS) {
                switchOff(SYSCTLS.resolve(name), changes);
            }
            addDevices(changes);
        } catch (IOException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private static void switchOff(Path file, HostChanges changes) throws IOException {
        String before = Files.readString(file).strip();
        if (!before.equals("0")) {
            changes.onEnd(() -> Files.writeString(file, before));
            Files.writeString(file, "0");
        }
    }

    private static void addDevices(HostChanges changes) throws IOException, SelftestException {
        if (isThere()) {
            throw new SelftestException(
                    Step.NAMESPACE,
                    "there is a device " + TestNetwork.TARGET_DEVICE + " already",
                    "if a selftest that was killed left it: ip link del " + TestNetwork.TARGET_DEVICE);
        }
        changes.onEnd(() -> removeDevices());
        TestNetwork.layOut();
    }

    /** Not /sys, which is of the namespace in which it was mounted. */
    private static boolean isThere() throws IOException {
        return Files.readString(Path.of("/proc/net/dev")).contains(TestNetwork.TARGET_DEVICE + ":");
    }

    /** The other end, the address and the route go with it. */
    private static void removeDevices() throws IOException {
        if (isThere()) {
            Commands.exec("ip", "link", "del", TestNetwork.TARGET_DEVICE);
        }
    }

    static SelftestException refused(String message) {
        if (message.contains("not permitted") || message.contains("ermission denied")) {
            return new SelftestException(
                    Step.NAMESPACE, message, "run it as root", ExitCode.NO_PERMISSION.code(), List.of());
        }
        if (message.contains("File exists")) {
            return new SelftestException(
                    Step.NAMESPACE,
                    message,
                    "this host uses addresses of the test itself: leave --inside out, so that the test has a network of its own;"
                            + " where the kernel needs it, try another host");
        }
        return new SelftestException(
                Step.NAMESPACE,
                message,
                message.startsWith("Cannot run program")
                        ? "install the ip command: apt-get install iproute2"
                        : "this kernel or container lacks what a private network needs (veth); try another host");
    }
}
