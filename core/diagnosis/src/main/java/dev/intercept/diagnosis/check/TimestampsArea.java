package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.Host;
import dev.intercept.tcpcopy.Generation;
import java.util.List;

/** TCP timestamps of the target: a word for those with an old tcpcopy, which intercept meets only later. */
final class TimestampsArea implements Area {

    /** Those that hand timestamps on as they are. */
    private static final List<Generation> WITHOUT_TIMESTAMPS =
            List.of(Generation.V0_6, Generation.V0_7, Generation.V0_8);

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        long timestamps = host.sysctlNumber("net.ipv4.tcp_timestamps").orElse(0L);
        String fact = "net.ipv4.tcp_timestamps is " + timestamps;
        boolean isOldClientMeant =
                scope.config().protocol().generations().stream().anyMatch(WITHOUT_TIMESTAMPS::contains);
        if (timestamps != 0 && isOldClientMeant) {
            return List.of(Finding.warn(
                    FindingId.TCP_TIMESTAMPS,
                    fact + " and --generation names an old tcpcopy",
                    "sysctl -w net.ipv4.tcp_timestamps=0"));
        }
        String note = timestamps == 0 ? "" : "; for tcpcopy before 0.9 set it to 0 on the target";
        return List.of(Finding.ok(FindingId.TCP_TIMESTAMPS, fact + note));
    }
}
