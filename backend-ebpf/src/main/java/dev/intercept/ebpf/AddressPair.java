package dev.intercept.ebpf;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Two names of one host.
 *
 * @param from IPv4, in packets
 * @param to in routes
 */
record AddressPair(int from, int to) {

    /** Pairs with a comma between, as {@code -D} hands them on; none for an empty text. */
    static List<AddressPair> list(String text) throws BackendException {
        List<AddressPair> pairs = new ArrayList<>();
        for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            List<Network> addresses = Network.list(word.replace('-', ','));
            if (addresses.size() != 2) {
                throw new BackendException(
                        Kind.USAGE, BackendOption.TRANSLATION.name() + " " + word + ": must be FROM-TO");
            }
            pairs.add(
                    new AddressPair(addresses.get(0).address(), addresses.get(1).address()));
        }
        return pairs;
    }
}
