package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.spi.BackendException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupSettingsTest {

    @Test
    void shouldTakeGroupZeroAndAllHeadersUnlessAskedOtherwise() throws Exception {
        assertEquals(new GroupSettings(0, 128, 1000, 16 << 20), GroupFixture.settings(Map.of()));
        assertEquals(
                new GroupSettings(65535, 320, 0, 1 << 16),
                GroupFixture.settings(Map.of(
                        "--nflog-group", "65535",
                        "--copy-range", "320",
                        "--nflog-gather-us", "0",
                        "--nflog-buffer", "65536")));
    }

    @Test
    void shouldNameTheOptionThatCannotBeMeant() {
        BackendException refused =
                assertThrows(BackendException.class, () -> GroupFixture.settings(Map.of("--nflog-group", "65536")));
        assertSame(BackendException.Kind.USAGE, refused.kind());
        assertEquals("--nflog-group 65536: must be a whole number from 0 to 65535", refused.getMessage());
    }
}
