package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Host;
import java.util.List;

/** The capabilities of this process, from {@code CapEff} of /proc/self/status. See capabilities(7). */
final class PrivilegesArea implements Area {

    /** linux/capability.h */
    private static final int CAP_NET_ADMIN = 12;

    private static final int CAP_NET_RAW = 13;

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        boolean needsRaw = scope.mode() == CaptureMode.DEVICE;
        String needed = needsRaw ? "CAP_NET_RAW" : "CAP_NET_ADMIN";
        if (has(host, needsRaw ? CAP_NET_RAW : CAP_NET_ADMIN)) {
            return List.of(Finding.ok(FindingId.PRIVILEGES, "this process has " + needed));
        }
        return List.of(Finding.fail(
                FindingId.PRIVILEGES,
                "this process lacks " + needed + ", which " + scope.backendName() + " needs",
                "sudo intercept  # or under systemd: AmbientCapabilities=" + needed));
    }

    static boolean hasNetAdmin(Host host) {
        return has(host, CAP_NET_ADMIN);
    }

    private static boolean has(Host host, int capability) {
        String status = host.read("/proc/thread-self/status")
                .or(() -> host.read("/proc/self/status"))
                .orElse("");
        return status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> line.substring("CapEff:".length()).strip())
                .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >>> capability & 1) == 1);
    }
}
