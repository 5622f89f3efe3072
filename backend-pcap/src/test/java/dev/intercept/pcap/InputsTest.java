package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that a capture program, a switch or a cloud writes, and how many answers are in each. */
class InputsTest {

    private static final String ANSWER = "4500....00010000400600000a4d00030a4e00011f90.*";

    @ParameterizedTest
    @CsvSource({
        "ng-two-snaps.pcapng, 10",
        "ng-unused-idb.pcapng, 10",
        "ng-two-links.pcapng, 10",
        "ng-second-idb-late.pcapng, 10",
        "snap-int-max.pcap, 10",
        "mpls.pcap, 10",
        "mpls2.pcap, 10",
        "pppoe.pcap, 10",
        "pppoe-vlan.pcap, 10",
        "snap-llc.pcap, 10",
        "vlan-9200.pcap, 10",
        "ppp-ether.pcap, 10",
        "nflog.pcap, 10",
        "pktap.pcap, 10",
        "tso-length-0.pcap, 10",
        "tso-length-0-header-only.pcap, 1"
    })
    void shouldFindTheAnswersInAFile(String name, int answers) throws Exception {
        assertEquals(answers, answersIn("--read", file(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "gre-ip.pcap, gre",
        "gre-eth.pcap, gre",
        "erspan2.pcap, erspan",
        "erspan3.pcap, erspan",
        "geneve.pcap, geneve",
        "geneve-opts-ip.pcap, geneve:6081",
        "ipip.pcap, ipip",
        "vxlan-outer-ipv6.pcap, 'gre,vxlan'",
        "vxlan-gpe-ip.pcap, vxlan:4789:4790"
    })
    void shouldFindTheAnswersInATunnelWhenAskedTo(String name, String tunnels) throws Exception {
        assertEquals(10, answersIn("--read", file(name), "--decapsulate", tunnels));
        try (CaptureBackend backend = Backends.open("--read", file(name)).get(0)) {
            Recorder all = new Recorder().readAll(backend);
            assertEquals(10, all.packets().size(), "handed on as what they are");
            assertTrue(all.packets().stream().noneMatch(packet -> packet.matches(ANSWER)));
        }
    }

    @Test
    void shouldSayThatACompressedFileIsBroken() {
        BackendException e = assertThrows(BackendException.class, () -> answersIn("--read", file("gz.pcap")));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "gz.pcap: is compressed with gzip, and cannot be unpacked: invalid stored block lengths"),
                e.getMessage());
    }

    @Test
    void shouldReadAnswersToAnAddressThatTheTargetSeesClientsBehind() throws Exception {
        try (CaptureBackend backend =
                Backends.open("--read", file("snat-answers.pcap")).get(0)) {
            long answers = new Recorder()
                    .readAll(backend).packets().stream()
                            .filter(packet -> packet.startsWith("0a4d00030a090909", 24))
                            .count();
            assertEquals(5, answers);
        }
    }

    private static long answersIn(String... options) throws Exception {
        try (CaptureBackend backend = Backends.open(options).get(0)) {
            Recorder recorder = new Recorder().readAll(backend);
            assertEquals(0, backend.kernelStats().lost());
            return recorder.packets().stream()
                    .filter(packet -> packet.matches(ANSWER))
                    .count();
        }
    }

    private static String file(String name) throws Exception {
        return Path.of(InputsTest.class.getResource("/inputs/" + name).toURI()).toString();
    }
}
