package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.pcap.link.Decapsulation;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapOptionsTest {

    @Test
    void shouldCaptureOnAnyDeviceByDefault() throws BackendException {
        PcapSettings settings = parse(Map.of());
        assertEquals(
                new PcapSettings(
                        List.of("any"), 1, "", 128, 16 << 20, true, List.of(), 1, false, false, Decapsulation.NONE),
                settings);
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
                new PcapSettings(
                        List.of("eth0", "eth1"),
                        1,
                        "tcp",
                        256,
                        512 << 10,
                        false,
                        List.of(),
                        1,
                        false,
                        false,
                        Decapsulation.NONE),
                live);
        PcapSettings file = parse(Map.of("--read", "a.pcap", "--read-speed", "real"));
        assertEquals(List.of("a.pcap"), file.files());
        assertTrue(file.inRealTime());
    }

    @Test
    void shouldCaptureMoreOfEachFrameWhenItIsInATunnel() throws BackendException {
        assertEquals(256, parse(Map.of("--vxlan", "4789")).snaplenBytes());
        assertEquals(256, parse(Map.of("--decapsulate", "gre")).snaplenBytes());
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
    void shouldRefuseLanesOfAFile() {
        assertRefused(
                "--lanes is for devices: a file has one lane, so that the order in it is kept",
                Map.of("--read", "a.pcap", "--lanes", "2"));
        assertRefused("--lanes 65: must be a whole number from 1 to 64", Map.of("--lanes", "65"));
    }

    @Test
    void shouldRefuseRoundsWithoutAFileOrOfAStream() {
        assertRefused("--loop is for a file: give --read FILE too", Map.of("--loop", "2"));
        assertRefused(
                "--loop 2: - can be read once only; write it to a file first", Map.of("--loop", "2", "--read", "a,-"));
    }

    @Test
    void shouldTakeSeveralFilesUnlessOneIsThereWhoseNameHasAComma(@TempDir Path directory) throws Exception {
        assertEquals(
                List.of("a.pcap", "b.pcap"),
                parse(Map.of("--read", "a.pcap,b.pcap")).files());
        String odd = Files.createFile(directory.resolve("a,b.pcap")).toString();
        assertEquals(List.of(odd), parse(Map.of("--read", odd)).files());
        assertRefused("--read 'a,': must be names of files with a comma between", Map.of("--read", "a,"));
    }

    @Test
    void shouldTakeTunnelsWithTheirPortsOrTheUsualOnes() throws BackendException {
        Decapsulation tunnels =
                parse(Map.of("--decapsulate", "vxlan:250:4789,gre,tzsp")).tunnels();
        assertArrayEquals(new int[] {250, 4789}, tunnels.vxlanPorts());
        assertArrayEquals(new int[] {37008}, tunnels.tzspPorts());
        assertTrue(tunnels.gre() && !tunnels.erspan() && !tunnels.ipInIp());
        assertArrayEquals(new int[] {7}, parse(Map.of("--vxlan", "7")).tunnels().vxlanPorts());
    }

    @Test
    void shouldRefuseTunnelsThatCannotBeMeant() {
        String known = " is invalid; there are vxlan[:PORT...], gre, erspan, geneve[:PORT...], ipip, tzsp[:PORT...],"
                + " each once, with a comma between";
        for (String wrong : List.of("vlan", "gre:47", "", "gre,gre")) {
            String item = wrong.equals("gre,gre") ? "gre" : wrong;
            assertRefused("--decapsulate " + wrong + ": '" + item + "'" + known, Map.of("--decapsulate", wrong));
        }
        assertRefused("--decapsulate vxlan:0: the port '0'" + known, Map.of("--decapsulate", "vxlan:0"));
        assertRefused(
                "--vxlan is short for --decapsulate=vxlan:PORT: give one of them",
                Map.of("--decapsulate", "gre", "--vxlan", "4789"));
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
