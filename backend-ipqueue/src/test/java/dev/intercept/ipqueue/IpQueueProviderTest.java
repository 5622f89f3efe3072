package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpQueueProviderTest {

    @Test
    void shouldBeFoundByTheServiceLoader() {
        List<String> names = ServiceLoader.load(CaptureBackendProvider.class).stream()
                .map(provider -> provider.get().name())
                .toList();
        assertTrue(names.contains("ipqueue"), names.toString());
    }

    @Test
    void shouldGoBeforeNfqueueAndNameItself() {
        CaptureBackendProvider provider = new IpQueueProvider();
        assertEquals(200, provider.priority());
        assertEquals(CaptureBackendProvider.SPI_VERSION, provider.spiVersion());
        assertEquals("ip_queue, fed by iptables -j QUEUE, on Linux up to 3.4", provider.description());
    }

    @Test
    void shouldTalkToTheKernelUnlessPropertiesNameAnother() {
        assertTrue(KernelEndpoint.fromSystemProperties().isKernel());
        assertEquals(new KernelEndpoint(3, 0, Path.of("/proc")), KernelEndpoint.fromSystemProperties());
    }

    @Test
    void shouldTakeAStandInFromSystemProperties() {
        System.setProperty(KernelEndpoint.PROTOCOL_PROPERTY, "2");
        System.setProperty(KernelEndpoint.PORT_PROPERTY, "4711");
        System.setProperty(KernelEndpoint.PROC_PROPERTY, "/tmp/made");
        try {
            assertEquals(new KernelEndpoint(2, 4711, Path.of("/tmp/made")), KernelEndpoint.fromSystemProperties());
        } finally {
            System.clearProperty(KernelEndpoint.PROTOCOL_PROPERTY);
            System.clearProperty(KernelEndpoint.PORT_PROPERTY);
            System.clearProperty(KernelEndpoint.PROC_PROPERTY);
        }
    }

    @Test
    void shouldOpenOneLaneWithTheCopyRangeAskedFor(@TempDir Path proc) throws Exception {
        try (FakeKernel kernel = FakeKernel.start(0, proc)) {
            CaptureBackendProvider provider = new IpQueueProvider(kernel.endpoint());
            List<CaptureBackend> lanes =
                    provider.open(new BackendOptions(provider.options(), Map.of("--copy-range", "256")));
            assertEquals(1, lanes.size());
            assertEquals(256, kernel.ipQueue().range());
            lanes.get(0).close();
            provider.open(BackendOptions.defaults(provider.options())).get(0).close();
            assertEquals(128, kernel.ipQueue().range());
        }
    }

    @Test
    void shouldRefuseACopyRangeThatCutsTheHeaders() throws Exception {
        CaptureBackendProvider provider = new IpQueueProvider();
        BackendOptions options = new BackendOptions(provider.options(), Map.of("--copy-range", "39"));
        BackendException e = assertThrows(BackendException.class, () -> provider.open(options));
        assertSame(BackendException.Kind.USAGE, e.kind());
        assertEquals("--copy-range 39: must be a whole number from 40 to 65535", e.getMessage());
    }

    @Test
    void shouldBeUnavailableOnThisKernelAndSaySoWhenOpened() {
        CaptureBackendProvider provider = new IpQueueProvider();
        String cause = provider.unavailabilityCause().orElseThrow();
        assertTrue(cause.contains("--backend=nfqueue"), cause);
        BackendException e =
                assertThrows(BackendException.class, () -> provider.open(BackendOptions.defaults(provider.options())));
        assertSame(BackendException.Kind.UNAVAILABLE, e.kind());
        assertEquals(cause, e.getMessage());
    }
}
