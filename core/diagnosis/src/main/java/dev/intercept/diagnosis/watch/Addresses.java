package dev.intercept.diagnosis.watch;

import com.google.common.net.InetAddresses;

/** IPv4 addresses as people write them. */
final class Addresses {

    private Addresses() {}

    /** {@code 192.0.2.1:80} of an end as ParkedHeader packs it. */
    static String endText(long end) {
        return text(address(end)) + ":" + port(end);
    }

    static int address(long end) {
        return (int) (end >>> Character.SIZE);
    }

    static int port(long end) {
        return (int) end & 0xffff;
    }

    static String text(int address) {
        return InetAddresses.fromInteger(address).getHostAddress();
    }
}
