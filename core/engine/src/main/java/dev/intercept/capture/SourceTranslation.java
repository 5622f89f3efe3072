package dev.intercept.capture;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import dev.intercept.packet.ResponsePacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/**
 * Undoes an address translation behind which the target answers ({@code -D}): a server in a container answers from the
 * container's address, while tcpcopy knows it by the address it sent the requests to.
 *
 * <p>Immutable. Applied before the session look-up, so routes and forwarded headers have the address tcpcopy knows.
 */
public final class SourceTranslation {

    /** Translates nothing. */
    public static final SourceTranslation NONE = new SourceTranslation(List.of());

    private final int[] from;
    private final int[] to;

    /** @param pairs {@code DOCKERED-ORIG}, each a pair of IPv4 addresses, as {@link #parse} takes them */
    private SourceTranslation(List<int[]> pairs) {
        from = pairs.stream().mapToInt(pair -> pair[0]).toArray();
        to = pairs.stream().mapToInt(pair -> pair[1]).toArray();
    }

    /**
     * @param texts pairs of IPv4 addresses: the one the server answers from, a hyphen, the one tcpcopy sends to
     * @throws IllegalArgumentException with a text for the user that names the pair
     */
    public static SourceTranslation parse(List<String> texts) {
        return texts.isEmpty()
                ? NONE
                : new SourceTranslation(
                        texts.stream().map(SourceTranslation::parsePair).toList());
    }

    private static int[] parsePair(String text) {
        List<String> addresses = Splitter.on('-').trimResults().splitToList(text);
        if (addresses.size() != 2 || !addresses.stream().allMatch(SourceTranslation::isIpv4)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a pair of IPv4 addresses such as 172.17.0.2-10.1.2.3:"
                            + " the one the server answers from, a hyphen, the one tcpcopy sends to");
        }
        return addresses.stream()
                .mapToInt(address -> InetAddresses.coerceToInteger(InetAddresses.forString(address)))
                .toArray();
    }

    private static boolean isIpv4(String text) {
        if (!InetAddresses.isInetAddress(text)) {
            return false;
        }
        InetAddress address = InetAddresses.forString(text);
        return address instanceof Inet4Address;
    }

    /** Gives the response the source address that tcpcopy knows, when it has one to be translated. */
    void apply(ResponsePacket response) {
        for (int i = 0; i < from.length; i++) {
            if (response.sourceAddress() == from[i]) {
                response.translateSource(to[i]);
                return;
            }
        }
    }
}
