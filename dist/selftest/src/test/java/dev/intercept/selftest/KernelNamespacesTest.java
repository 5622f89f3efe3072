package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded with Linux 3.4.113: ip_queue, NFQUEUE and NFLOG work in its first network namespace only. */
class KernelNamespacesTest {

    private static Optional<CaptureRules> rules(Mechanism mechanism) {
        return Optional.of(new CaptureRules(mechanism, "", 0, 0, List.of(List.of("-j", "X")), "x"));
    }

    @ParameterizedTest
    @CsvSource({
        "2.6.32-754.el6.x86_64,true",
        "3.2.0-6-amd64,true",
        "3.4.113,true",
        "3.7.10,true",
        "3.8.0,false",
        "3.10.0-1160.el7.x86_64,false",
        "4.19.0,false",
        "6.1.0-28-amd64,false",
        "10.0,false",
        "unknown,false"
    })
    void shouldNeedTheFirstNamespaceBeforeLinux38(String release, boolean isNeeded) {
        assertEquals(isNeeded, KernelNamespaces.needFirst(release, rules(Mechanism.NFQUEUE)));
        assertEquals(isNeeded, KernelNamespaces.needFirst(release, rules(Mechanism.NFLOG)));
    }

    @Test
    void shouldNeedItForIpQueueAlwaysAndForBackendsWithoutRulesNever() {
        assertEquals(true, KernelNamespaces.needFirst("3.4.113", rules(Mechanism.IP_QUEUE)));
        assertEquals(false, KernelNamespaces.needFirst("3.4.113", Optional.empty()));
        assertEquals(false, KernelNamespaces.needFirst("3.4.113", rules(Mechanism.OTHER)));
    }
}
