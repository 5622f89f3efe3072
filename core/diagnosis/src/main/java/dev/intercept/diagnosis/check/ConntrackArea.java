package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.Host;
import java.util.List;
import java.util.Optional;

/** How full the connection table is, where there is one. */
final class ConntrackArea implements Area {

    private static final int WARN_PERCENT = 75;
    private static final int FAIL_PERCENT = 95;

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        Optional<Long> count = host.sysctlNumber("net.netfilter.nf_conntrack_count");
        Optional<Long> max = host.sysctlNumber("net.netfilter.nf_conntrack_max");
        if (count.isEmpty() || max.filter(value -> value > 0).isEmpty()) {
            return List.of();
        }
        long percent = count.get() * 100 / max.get();
        String fact = "the connection table holds " + count.get() + " of " + max.get();
        String remedy = NetworkNamespaces.hostWide(host, "net.netfilter.nf_conntrack_max=" + max.get() * 2);
        if (percent >= FAIL_PERCENT) {
            return List.of(Finding.fail(FindingId.CONNTRACK, fact, remedy));
        }
        return List.of(
                percent >= WARN_PERCENT
                        ? Finding.warn(FindingId.CONNTRACK, fact, remedy)
                        : Finding.ok(FindingId.CONNTRACK, fact));
    }
}
