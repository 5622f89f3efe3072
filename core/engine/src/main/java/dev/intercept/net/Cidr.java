package dev.intercept.net;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * A network in CIDR notation (RFC 4632): {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address, which is a network of
 * its own.
 *
 * @param address 4 or 16 bytes in network order; {@link #parse} takes none with bits behind the prefix
 * @param prefixBits 0 to 32, or to 128
 */
public record Cidr(byte[] address, int prefixBits) {

    /**
     * Parses one address or network. No name is looked up.
     *
     * @throws IllegalArgumentException with a text for the user that names the value
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (!InetAddresses.isInetAddress(host)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IP address or network such as 10.1.2.3 or 10.1.0.0/16");
        }
        byte[] address = InetAddresses.forString(host).getAddress();
        int maxBits = address.length * Byte.SIZE;
        int bits = slash < 0 ? maxBits : parsePrefix(text, text.substring(slash + 1), maxBits);
        Cidr network = new Cidr(network(address, bits), bits);
        if (!Arrays.equals(network.address, address)) {
            throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix: say " + network
                    + " for the network, or " + host + " for the one address");
        }
        return network;
    }

    private static byte[] network(byte[] address, int prefixBits) {
        byte[] network = address.clone();
        for (int bit = prefixBits; bit < address.length * Byte.SIZE; bit++) {
            network[bit / Byte.SIZE] &= (byte) ~(0x80 >> bit % Byte.SIZE);
        }
        return network;
    }

    private static int parsePrefix(String text, String prefix, int maxBits) {
        try {
            int bits = Integer.parseInt(prefix);
            if (bits >= 0 && bits <= maxBits) {
                return bits;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        throw new IllegalArgumentException(
                "'" + text + "': the prefix length after the slash must be a whole number from 0 to " + maxBits);
    }

    public boolean isIpv4() {
        return address.length == 4;
    }

    public boolean contains(InetAddress candidate) {
        byte[] other = candidate.getAddress();
        if (other.length != address.length) {
            return false;
        }
        int wholeBytes = prefixBits / Byte.SIZE;
        int restBits = prefixBits % Byte.SIZE;
        if (!Arrays.equals(address, 0, wholeBytes, other, 0, wholeBytes)) {
            return false;
        }
        int mask = 0xff << (Byte.SIZE - restBits) & 0xff;
        return restBits == 0 || ((address[wholeBytes] ^ other[wholeBytes]) & mask) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that && prefixBits == that.prefixBits && Arrays.equals(address, that.address);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(address) * 31 + prefixBits;
    }

    @Override
    public String toString() {
        try {
            return InetAddresses.toAddrString(InetAddress.getByAddress(address)) + "/" + prefixBits;
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes", e);
        }
    }
}
