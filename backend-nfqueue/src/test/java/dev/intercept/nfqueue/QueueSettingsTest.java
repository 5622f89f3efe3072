package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueSettingsTest {

    @Test
    void shouldTakeQueueZeroWithItsDefaults() throws BackendException {
        assertEquals(new QueueSettings(0, 0, 8192, 128, true, 500), QueueFixture.settings(Map.of()));
    }

    @Test
    void shouldTakeWhatIsGiven() throws BackendException {
        Map<String, String> given = Map.of(
                "--queue", "7:9", "--queue-maxlen", "100", "--copy-range", "64", "--gso", "off", "--coalesce-us", "0");
        assertEquals(new QueueSettings(7, 9, 100, 64, false, 0), QueueFixture.settings(given));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "+1", "65536", "99999999999", "3:2", "0:64", "1:", ":1", "1:2:3", "0x1"})
    void shouldRefuseQueuesThatCannotBeMeant(String queue) {
        BackendException refused =
                assertThrows(BackendException.class, () -> QueueFixture.settings(Map.of("--queue", queue)));
        assertSame(BackendException.Kind.USAGE, refused.kind());
        assertEquals(
                "--queue " + queue
                        + ": must be a queue number from 0 to 65535, or a range A:B of at most 64 queues with"
                        + " A not above B",
                refused.getMessage());
    }

    @Test
    void shouldAdviseMoreQueuesWhereALongerOneIsNoUse() throws BackendException {
        String longer = QueueFixture.settings(Map.of("--queue-maxlen", "40000")).lengthRemedy();
        assertTrue(longer.startsWith("intercept --queue-maxlen=65536  # now 40000; "), longer);
        assertEquals(
                "intercept --queue=2:3  # and --queue-balance 2:3 in the rule: the kernel keeps 65536 packets in a queue"
                        + " at most",
                QueueFixture.settings(Map.of("--queue", "2", "--queue-maxlen", "65536"))
                        .lengthRemedy());
    }

    @Test
    void shouldWarnOfALengthThatTheKernelDoesNotKeep() throws BackendException {
        assertEquals(
                Optional.empty(),
                QueueFixture.settings(Map.of("--queue-maxlen", "65536")).warning());
        assertEquals(
                "--queue-maxlen 65537 is more than today's kernels keep; should packets be lost: intercept --queue=0:1  # and"
                        + " --queue-balance 0:1 in the rule: the kernel keeps 65536 packets in a queue at most",
                QueueFixture.settings(Map.of("--queue-maxlen", "65537"))
                        .warning()
                        .orElseThrow());
    }

    @Test
    void shouldTakeTheWidestRange() throws BackendException {
        assertEquals(
                65535, QueueFixture.settings(Map.of("--queue", "65472:65535")).lastQueue());
    }

    @Test
    void shouldNameTheValuesOfASwitch() {
        BackendException refused =
                assertThrows(BackendException.class, () -> QueueFixture.settings(Map.of("--gso", "yes")));
        assertEquals("--gso yes: must be on or off", refused.getMessage());
    }

    @Test
    void shouldNameTheRangeOfANumber() {
        BackendException refused =
                assertThrows(BackendException.class, () -> QueueFixture.settings(Map.of("--copy-range", "39")));
        assertEquals("--copy-range 39: must be a whole number from 40 to 65531", refused.getMessage());
    }
}
