package dev.intercept.diagnosis.watch;

import com.google.common.net.InetAddresses;

/** IPv4 addresses as people write them. */
final class Addresses {

    private Addresses() {}

    static String text(int address) {
        return InetAddresses.fromInteger(address).getHostAddress();
    }
}
