package dev.intercept.capture;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import dev.intercept.packet.ResponsePacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Undoes the address translation between tcpcopy and the target ({@code -D}). A pair FROM-TO replaces FROM on whichever side of
 * an answer it stands: as the source where the target answers from a container's address, as the destination where the target
 * sees its clients behind a translation of theirs.
 *
 * <p>Immutable. Applied before the session look-up, so routes and forwarded headers have the addresses that tcpcopy knows.
 */
public final class AddressTranslation {

    /** Translates nothing. */
    public static final AddressTranslation NONE = new AddressTranslation(Map.of());

    private final int[] from;
    private final int[] to;

    private AddressTranslation(Map<Integer, Integer> pairs) {
        from = pairs.keySet().stream().mapToInt(Integer::intValue).toArray();
        to = pairs.values().stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * @param texts pairs of IPv4 addresses: the one in the answers, a hyphen, the one that tcpcopy knows
     * @throws IllegalArgumentException with a text for the user that names the pair, or the two that contradict each other
     */
    public static AddressTranslation parse(List<String> texts) {
        Map<Integer, Integer> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int[] pair = parsePair(text);
            Integer other = pairs.putIfAbsent(pair[0], pair[1]);
            if (other != null && other != pair[1]) {
                throw new IllegalArgumentException(text(pair[0], other) + " and " + text(pair[0], pair[1])
                        + " contradict each other: give each address one pair");
            }
        }
        pairs.forEach((from, to) -> refuseChain(pairs, from, to));
        return pairs.isEmpty() ? NONE : new AddressTranslation(pairs);
    }

    private static void refuseChain(Map<Integer, Integer> pairs, int from, int to) {
        Integer next = pairs.get(to);
        if (next != null) {
            throw new IllegalArgumentException(text(from, to) + " and " + text(to, next) + " contradict each other: "
                    + address(to) + " would be both what tcpcopy knows and what is translated");
        }
    }

    private static int[] parsePair(String text) {
        List<String> addresses = Splitter.on('-').trimResults().splitToList(text);
        if (addresses.size() != 2 || !addresses.stream().allMatch(AddressTranslation::isIpv4)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a pair of IPv4 addresses such as 172.17.0.2-10.1.2.3:"
                            + " the one in the answers, a hyphen, the one tcpcopy knows");
        }
        int[] pair = addresses.stream()
                .mapToInt(address -> InetAddresses.coerceToInteger(InetAddresses.forString(address)))
                .toArray();
        if (pair[0] == pair[1]) {
            throw new IllegalArgumentException("'" + text + "' translates an address into itself: leave it out");
        }
        return pair;
    }

    private static boolean isIpv4(String text) {
        if (!InetAddresses.isInetAddress(text)) {
            return false;
        }
        InetAddress address = InetAddresses.forString(text);
        return address instanceof Inet4Address;
    }

    private static String text(int from, int to) {
        return address(from) + "-" + address(to);
    }

    private static String address(int address) {
        return InetAddresses.fromInteger(address).getHostAddress();
    }

    /** Gives the response the addresses that tcpcopy knows, on each side that has one to be translated. */
    void apply(ResponsePacket response) {
        if (from.length == 0) {
            return;
        }
        response.translate(translated(response.sourceAddress()), translated(response.destinationAddress()));
    }

    private int translated(int address) {
        for (int i = 0; i < from.length; i++) {
            if (from[i] == address) {
                return to[i];
            }
        }
        return address;
    }

    /** The pairs as a user writes them. */
    @Override
    public String toString() {
        return IntStream.range(0, from.length)
                .mapToObj(i -> text(from[i], to[i]))
                .collect(Collectors.joining(","));
    }
}
