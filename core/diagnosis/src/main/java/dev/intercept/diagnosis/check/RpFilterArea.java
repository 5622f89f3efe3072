package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse path filtering of each interface: the larger of {@code all} and the interface's own value holds. See
 * Documentation/networking/ip-sysctl.rst.
 */
final class RpFilterArea implements Area {

    private static final String CONF = "/proc/sys/net/ipv4/conf";
    private static final int STRICT = 1;
    private static final Set<String> NO_INTERFACES = Set.of("all", "default", "lo");

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        if (scope.mode() == CaptureMode.OBSERVES) {
            return List.of(Finding.ok(FindingId.RP_FILTER, "copied requests go to the target, not to this host"));
        }
        String toClients = ClientRoute.of(host, scope).device();
        int all = value(host, "all");
        List<Finding> findings = new ArrayList<>();
        for (String device : incoming(host, scope)) {
            if (Math.max(all, value(host, device)) == STRICT && !device.equals(toClients)) {
                findings.add(strict(host, device, all, toClients));
            }
        }
        if (findings.isEmpty()) {
            findings.add(
                    Finding.ok(FindingId.RP_FILTER, "no interface filters strictly where answers leave by another"));
        }
        return findings;
    }

    /** The interface that copied requests come in by; all that may be it where no tcpcopy is connected. Never the loopback. */
    private static List<String> incoming(Host host, CheckScope scope) {
        Optional<String> fromTcpcopy = scope.tcpcopyHost().map(address -> ClientRoute.deviceTo(host, address));
        return host.list(CONF).stream()
                .filter(device -> !NO_INTERFACES.contains(device))
                .filter(device -> fromTcpcopy.isEmpty() || fromTcpcopy.get().equals(device))
                .toList();
    }

    private static Finding strict(Host host, String device, int all, String toClients) {
        int own = value(host, device);
        String fact = device + " filters strictly (rp_filter: all " + all + ", " + device + " " + own
                + "), and answers " + (toClients.isEmpty() ? "have no route to the clients" : "leave by " + toClients);
        List<String> commands = new ArrayList<>();
        if (all == STRICT) {
            commands.add("sysctl -w net.ipv4.conf.all.rp_filter=0");
        }
        if (own == STRICT) {
            commands.add("sysctl -w net/ipv4/conf/" + device + "/rp_filter=0");
        }
        return Finding.warn(FindingId.RP_FILTER, fact, String.join(" && ", commands))
                .about(device);
    }

    private static int value(Host host, String device) {
        return host.read(CONF + "/" + device + "/rp_filter")
                .map(Integer::parseInt)
                .orElse(0);
    }
}
