package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.LogLines;
import dev.intercept.spi.BackendOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilterChecksTest {

    @Test
    void shouldSayThatAFilterLetsNoTunnelThrough() throws Exception {
        assertEquals(
                List.of(
                        "WARNING --filter 'tcp and src port 8080': it looks at the outer packet and lets none of a tunnel"
                                + " through; say for example 'udp dst port 4789 or proto 47'"),
                lines("--filter", "tcp and src port 8080", "--decapsulate", "vxlan:4789,gre"));
    }

    @Test
    void shouldSayThatAFilterLetsNoResponseThrough() throws Exception {
        for (String filter : List.of("udp port 53", "ip6", "tcp port 80 and udp", "arp")) {
            assertEquals(
                    List.of("WARNING --filter '" + filter
                            + "': no packet that it lets through can be a response, which is TCP over IPv4"),
                    lines("--filter", filter));
        }
    }

    @Test
    void shouldSayNothingOfAFilterThatMayBeRight() throws Exception {
        for (String filter : List.of(
                "tcp and src port 8080",
                "src host 10.0.0.1",
                "tcp and src port 8080 or (vlan and tcp and src port 8080)",
                "vlan and tcp",
                "mpls and tcp",
                "less 100")) {
            assertEquals(List.of(), lines("--filter", filter), filter);
        }
        assertEquals(List.of(), lines("--filter", "udp dst port 4789", "--decapsulate", "vxlan"));
        assertEquals(List.of(), lines("--filter", "src host 10.0.0.1", "--decapsulate", "gre"));
        assertEquals(List.of(), lines());
    }

    private static List<String> lines(String... namesAndValues) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        try (LogLines log = new LogLines(FilterChecks.class)) {
            FilterChecks.warn(PcapOptions.parse(new BackendOptions(PcapOptions.ALL, given)));
            return List.copyOf(log.lines());
        }
    }
}
