package dev.intercept.pcap;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said once about this host and these options when devices are opened. */
final class HostChecks {

    private static final System.Logger LOG = System.getLogger(HostChecks.class.getName());

    private static final Path IP_FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");

    private HostChecks() {}

    static void warn(PcapSettings settings) {
        if (forwards(IP_FORWARD)) {
            LOG.log(
                    Level.WARNING,
                    "net.ipv4.ip_forward is 1: this host forwards to the real clients every response that the target routes"
                            + " to it. On an assistant host turn it off: sysctl -w net.ipv4.ip_forward=0");
        }
        if (settings.filter().isEmpty()) {
            LOG.log(
                    Level.INFO,
                    "no {0}: every packet of {1} is looked at. Usual is the target''s port: {0} ''tcp and src port 80''",
                    PcapOptions.FILTER,
                    String.join(",", settings.devices()));
        }
    }

    /** A host whose setting cannot be read is taken for one that does not forward. */
    static boolean forwards(Path setting) {
        try {
            return Files.readString(setting).strip().equals("1");
        } catch (IOException e) {
            return false;
        }
    }
}
