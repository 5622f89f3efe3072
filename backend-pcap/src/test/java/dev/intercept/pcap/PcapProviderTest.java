package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.CaptureBackendProvider;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PcapProviderTest {

    @Test
    void shouldBeFoundByTheServiceLoaderAndNeverBeChosenSilently() {
        CaptureBackendProvider provider =
                ServiceLoader.load(CaptureBackendProvider.class).findFirst().orElseThrow();
        assertEquals("pcap", provider.name());
        assertEquals(0, provider.priority());
        assertEquals(CaptureBackendProvider.SPI_VERSION, provider.spiVersion());
        assertTrue(provider.unavailabilityCause().isEmpty(), "libpcap is installed where the tests run");
    }

    @Test
    void shouldSayWhichPackageBringsAMissingLibpcap() {
        String cause =
                LibpcapCheck.unavailabilityCause("libpcap-that-is-not-here").orElseThrow();
        assertTrue(
                Pattern.matches(
                        "libpcap cannot be loaded \\(Unable to load library 'libpcap-that-is-not-here':?\\); install it: "
                                + "apt-get install libpcap0.8 \\(Debian, Ubuntu\\), dnf install libpcap \\(Fedora, RHEL\\)",
                        cause),
                cause);
    }
}
