package dev.intercept.pcap;

import dev.intercept.pcap.link.Decapsulation;
import dev.intercept.spi.BackendException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is said once about a filter that parses and yet cannot mean what was wanted. libpcap's optimizer proves it: a
 * contradiction "rejects all packets". What it cannot prove is not warned of.
 */
final class FilterChecks {

    private static final System.Logger LOG = System.getLogger(FilterChecks.class.getName());

    private static final int ETHERNET = 1;
    private static final String REJECTS_ALL = "reject";
    private static final String SYNTAX_ERROR = "syntax error";

    private FilterChecks() {}

    static void warn(PcapSettings settings) {
        String filter = settings.filter();
        if (filter.isEmpty()) {
            return;
        }
        if (settings.tunnels().isEmpty()) {
            warnIfContradicts(
                    filter, "ip and tcp", "no packet that it lets through can be a response, which is TCP over IPv4");
        } else {
            warnIfContradicts(
                    filter,
                    outer(settings.tunnels()),
                    "it looks at the outer packet and lets none of a tunnel through; say for example '"
                            + outer(settings.tunnels()) + "'");
        }
    }

    /**
     * For frames whose link type is not known yet.
     *
     * @throws BackendException of kind BAD_CONFIGURATION when the filter does not parse, whatever the link type
     */
    static void refuseSyntaxError(String filter) throws BackendException {
        Optional<String> problem = FrameFilter.problem(filter, ETHERNET).filter(words -> words.contains(SYNTAX_ERROR));
        if (problem.isPresent()) {
            throw FrameFilter.refused(filter, problem.get());
        }
    }

    private static void warnIfContradicts(String filter, String wanted, String why) {
        boolean contradicts = FrameFilter.problem("(" + filter + ") and (" + wanted + ")", ETHERNET)
                .filter(words -> words.contains(REJECTS_ALL))
                .isPresent();
        if (contradicts) {
            LOG.log(Level.WARNING, "{0}", PcapOptions.FILTER + " '" + filter + "': " + why);
        }
    }

    /** The packets of these tunnels, as a filter. */
    static String outer(Decapsulation tunnels) {
        List<String> parts = new ArrayList<>();
        for (int[] ports : List.of(tunnels.vxlanPorts(), tunnels.genevePorts(), tunnels.tzspPorts())) {
            for (int port : ports) {
                parts.add("udp dst port " + port);
            }
        }
        if (tunnels.gre() || tunnels.erspan()) {
            parts.add("proto 47");
        }
        if (tunnels.ipInIp()) {
            parts.add("proto 4");
            parts.add("proto 41");
        }
        return String.join(" or ", parts);
    }
}
