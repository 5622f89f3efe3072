package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.Capability;
import dev.intercept.spi.Host;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the kernel can be made to acknowledge a tunnel's records at once, docs/tunnel.md. */
final class AcknowledgementArea implements Area {

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    /** Linux 4.17 has routing rules for ports. */
    private static final int MAJOR = 4;

    private static final int MINOR = 17;

    private static final String BY_HAND =
            "ip route replace TCPCOPY-HOST via GATEWAY dev DEVICE quickack 1  # as 'ip route get TCPCOPY-HOST' says";

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        if (!scope.config().quickackRoutes()) {
            return List.of(Finding.ok(FindingId.TUNNEL_ACKNOWLEDGEMENT, "--quickack=off: as the kernel's routes say"));
        }
        Optional<String> release = host.sysctl("kernel.osrelease");
        if (release.filter(AcknowledgementArea::isOld).isPresent()) {
            return List.of(warning("Linux " + release.get() + " has no routing rules for ports", BY_HAND));
        }
        if (!Capability.CAP_NET_ADMIN.isHeld(host)) {
            return List.of(warning(
                    "this process lacks CAP_NET_ADMIN, which a route for tunnels needs",
                    "sudo intercept  # or: ip rule add pref 32765 ipproto tcp sport "
                            + scope.config().port() + " lookup 36524 && " + BY_HAND.replace("  #", " table 36524  #")));
        }
        return List.of(Finding.ok(
                FindingId.TUNNEL_ACKNOWLEDGEMENT,
                "the kernel acknowledges tunnels at once by routes of intercept's own"));
    }

    private static Finding warning(String fact, String remedy) {
        return Finding.warn(FindingId.TUNNEL_ACKNOWLEDGEMENT, fact, remedy);
    }

    private static boolean isOld(String release) {
        Matcher numbers = RELEASE.matcher(release);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < MAJOR || major == MAJOR && Integer.parseInt(numbers.group(2)) < MINOR;
    }
}
