package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PcapOptionsTest {

    @Test
    void shouldCaptureOnAnyDeviceByDefault() throws BackendException {
        PcapSettings settings = parse(Map.of());
        assertEquals(new PcapSettings(List.of("any"), "", 128, 16 << 20, true, Optional.empty(), false, 0), settings);
    }

    @Test
    void shouldTakeEveryOption() throws BackendException {
        PcapSettings live = parse(Map.of(
                "--interface",
                "eth0,eth1",
                "--filter",
                "tcp",
                "--snaplen",
                "256",
                "--pcap-buffer",
                "512K",
                "--immediate",
                "off"));
        assertEquals(
                new PcapSettings(List.of("eth0", "eth1"), "tcp", 256, 512 << 10, false, Optional.empty(), false, 0),
                live);
        PcapSettings file = parse(Map.of("--read", "a.pcap", "--read-speed", "real"));
        assertEquals(Optional.of("a.pcap"), file.file());
        assertTrue(file.inRealTime());
    }

    @Test
    void shouldCaptureMoreOfEachFrameWhenItIsWrappedInVxlan() throws BackendException {
        assertEquals(192, parse(Map.of("--vxlan", "4789")).snaplenBytes());
        assertEquals(128, parse(Map.of("--vxlan", "4789", "--snaplen", "128")).snaplenBytes());
    }

    @Test
    void shouldRefuseAFileAndDevicesTogether() {
        assertRefused(
                "--read and --interface exclude each other: give a file or devices",
                Map.of("--read", "a.pcap", "--interface", "eth0"));
    }

    @Test
    void shouldRefuseAReadSpeedWithoutAFile() {
        assertRefused("--read-speed is for a file: give --read FILE too", Map.of("--read-speed", "real"));
    }

    @Test
    void shouldRefuseListsOfDevicesThatCannotBeMeant() {
        for (String list : List.of("eth0,", ",", "eth0,eth0")) {
            assertRefused(
                    "--interface '" + list + "': must be device names with a comma between, each once",
                    Map.of("--interface", list));
        }
    }

    @Test
    void shouldRefuseSizesThatCannotBeMeant() {
        for (String size : List.of("16G", "-1", "63K", "1025M", "99999999999", "M")) {
            assertRefused(
                    "--pcap-buffer " + size + ": must be a size from 64K to 1024M", Map.of("--pcap-buffer", size));
        }
    }

    @Test
    void shouldRefuseValuesOutsideTheirRange() {
        assertRefused("--snaplen 63: must be a whole number from 64 to 65535", Map.of("--snaplen", "63"));
        assertRefused("--vxlan 0: must be a whole number from 1 to 65535", Map.of("--vxlan", "0"));
        assertRefused("--immediate maybe: must be on or off", Map.of("--immediate", "maybe"));
        assertRefused("--read-speed double: must be real or full", Map.of("--read", "a", "--read-speed", "double"));
    }

    @Test
    void shouldWriteSizesAsTheyAreTyped() {
        assertEquals("16M", PcapOptions.sizeText(16 << 20));
        assertEquals("1536K", PcapOptions.sizeText(1536 << 10));
        assertEquals("65537", PcapOptions.sizeText(65537));
    }

    @Test
    void shouldNotReadInRealTimeUnlessAsked() throws BackendException {
        assertFalse(parse(Map.of("--read", "a.pcap")).inRealTime());
    }

    private static PcapSettings parse(Map<String, String> given) throws BackendException {
        return PcapOptions.parse(new BackendOptions(PcapOptions.ALL, given));
    }

    private static void assertRefused(String text, Map<String, String> given) {
        BackendException e = assertThrows(BackendException.class, () -> parse(given));
        assertEquals(text, e.getMessage());
        assertEquals(BackendException.Kind.USAGE, e.kind());
    }
}
