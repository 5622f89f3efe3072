package dev.intercept.selftest;

import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The network of the test, laid out in the private namespace of this process. */
final class PrivateNetwork {

    static final int TARGET_PORT = 8080;

    /** A new namespace may inherit these from the host; both would change where packets go. */
    private static final List<String> SWITCHED_OFF =
            List.of("conf/all/rp_filter", "conf/default/rp_filter", "conf/lo/rp_filter", "ip_forward");

    private static final Path SYSCTLS = Path.of("/proc/sys/net/ipv4");

    private PrivateNetwork() {}

    /** @throws SelftestException with what could not be set up, and why */
    static void layOut() throws SelftestException {
        try {
            switchOff();
            TestNetwork.layOut();
        } catch (IOException e) {
            boolean isMissing = e.getMessage().startsWith("Cannot run program");
            throw new SelftestException(
                    Step.NAMESPACE,
                    e.getMessage(),
                    isMissing
                            ? "install the ip command: apt-get install iproute2"
                            : "this kernel or container lacks what a private network needs (veth); try another host");
        }
    }

    private static void switchOff() throws IOException {
        for (String name : SWITCHED_OFF) {
            Path file = SYSCTLS.resolve(name);
            if (!Files.readString(file).strip().equals("0")) {
                Files.writeString(file, "0");
            }
        }
    }
}
