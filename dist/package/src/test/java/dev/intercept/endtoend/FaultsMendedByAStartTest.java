package dev.intercept.endtoend;

import static dev.intercept.kit.PacketBuilder.ACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.capture.BackendRegistry;
import dev.intercept.cli.StartOptions;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.check.CheckScope;
import dev.intercept.diagnosis.check.HostCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults whose remedy is another start of intercept: it is started with the options that the finding names. */
class FaultsMendedByAStartTest extends RunningFaults {

    private static final int BURST = 1000;

    private void restart(String remedy) throws Exception {
        stopIntercept();
        start(StartOptions.of(remedy));
    }

    /** Each remedy doubles the queue: a burst fits one that is as long, if not sooner. */
    @Test
    @Tag("kernel-loss")
    void shouldSayWhenTheKernelDropsUntilTheQueueIsLongEnough() throws Exception {
        sh(RULE + "0");
        stopIntercept();
        start(InterceptConfig.builder()
                .backendName("nfqueue")
                .backendOptions(Map.of("--queue-maxlen", "1"))
                .build());
        int maxLength = 1;
        while (burst() > 0) {
            assertTrue(maxLength < BURST, "a queue of " + maxLength + " packets loses some of " + BURST);
            Finding finding = await(FindingId.KERNEL_LOSS);
            assertTrue(finding.fact().contains("queue_dropped"), finding.fact());
            maxLength *= 2;
            assertTrue(finding.remedy().startsWith("intercept --queue-maxlen=" + maxLength + " "), finding.remedy());
            restart(finding.remedy());
        }
        assertTrue(maxLength > 1, "the kernel never drops");
        assertEquals(Optional.empty(), find(FindingId.KERNEL_LOSS));
    }

    /** How many answers of a burst the kernel lost. */
    private long burst() throws Exception {
        for (int i = 0; i < BURST; i++) {
            respond(1, ACK);
        }
        waitUntil(
                () -> intercept.statistics().packets() + intercept.statistics().kernelLost() >= BURST,
                () -> "answers are missing: " + intercept.statistics().line());
        return intercept.statistics().kernelLost();
    }

    @Test
    @Tag("queue-owner")
    void shouldNameTheOwnerOfAQueueBeforeInterceptIsRefused() throws Exception {
        stopIntercept();
        Process other = network.call(OtherQueueOwner::start);
        Finding owner = queueOwner();
        assertEquals("queue 0 belongs to process " + other.pid() + " (java)", owner.fact());
        assertTrue(owner.remedy().startsWith("kill " + other.pid() + "  # or a queue of your own"), owner.remedy());
        sh(owner.remedy());
        assertTrue(other.waitFor(WAIT_S, TimeUnit.SECONDS));
        assertEquals(Severity.OK, queueOwner().severity());
        start(InterceptConfig.builder().backendName("nfqueue").build());
        assertEquals("nfqueue", intercept.backendName());
    }

    private Finding queueOwner() throws Exception {
        CheckScope scope = new CheckScope(
                InterceptConfig.builder().backendName("nfqueue").build(),
                BackendRegistry.load(List.of()),
                Optional.empty(),
                OptionalInt.empty());
        return network.call(() -> HostCheck.look(new LocalHost(), scope)).stream()
                .filter(finding -> finding.id() == FindingId.QUEUE_OWNER)
                .findFirst()
                .orElseThrow();
    }
}
