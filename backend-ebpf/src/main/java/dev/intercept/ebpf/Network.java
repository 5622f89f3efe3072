package dev.intercept.ebpf;

import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.spi.BackendOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network.
 *
 * @param address as the packet's 32 bits; 0 behind the prefix
 * @param prefixBits 0 to 32
 */
record Network(int address, int prefixBits) {

    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");

    /** Networks with a comma between, as {@code -x} hands them on; none for an empty text. */
    static List<Network> list(String text) throws BackendException {
        List<Network> networks = new ArrayList<>();
        for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            networks.add(parse(word));
        }
        return networks;
    }

    private static Network parse(String word) throws BackendException {
        Matcher match = TEXT.matcher(word);
        if (match.matches()) {
            int prefixBits = match.group(5) == null ? Integer.SIZE : Integer.parseInt(match.group(5));
            long address = 0;
            boolean isValid = prefixBits <= Integer.SIZE;
            for (int group = 1; group <= Integer.BYTES; group++) {
                int part = Integer.parseInt(match.group(group));
                isValid &= part < 256;
                address = address << Byte.SIZE | part;
            }
            if (isValid) {
                return new Network((int) address & (int) (-1L << Integer.SIZE - prefixBits), prefixBits);
            }
        }
        throw new BackendException(
                Kind.USAGE, BackendOption.PASS_LIST.name() + " " + word + ": must be an IPv4 address or network");
    }

    /** Key of a map of networks: the prefix length, then the address in network order. */
    byte[] key() {
        return ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(prefixBits)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(address)
                .array();
    }
}
