package dev.intercept.rtnetlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses of attributes. */
final class Addresses {

    private Addresses() {}

    /** @param bytes four, in network order */
    static Inet4Address ipv4(byte[] bytes) {
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes);
        } catch (UnknownHostException | ClassCastException e) {
            throw new IllegalArgumentException("an IPv4 address has 4 bytes, this one " + bytes.length, e);
        }
    }
}
