package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Guesses, for the log, who sent a first record that no tcpcopy sends. */
final class StrangeBytes {

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR = 0x03;
    private static final int TLS_LATEST_MINOR = 0x04;
    private static final int TLS_CLIENT_HELLO = 0x01;
    private static final int IPV4_WITHOUT_OPTIONS = 0x45;

    private StrangeBytes() {}

    static ProtocolException refusal(ByteBuffer first) {
        byte[] bytes = new byte[FirstRecord.RECOGNITION_BYTES];
        first.get(0, bytes);
        return new ProtocolException(
                "first record " + HexFormat.ofDelimiter(" ").formatHex(bytes) + " is of no known tcpcopy: "
                        + likelyCause(first, bytes));
    }

    /**
     * A TLS ClientHello of less than 64 KiB. Asked before anything else: the length in one of 256 to 511 bytes looks like the
     * type of an old CLIENT_ADD, whose client port would then be between 256 and 511.
     */
    static boolean looksLikeTls(ByteBuffer first) {
        return first.get(0) == TLS_HANDSHAKE
                && first.get(1) == TLS_MAJOR
                && (first.get(2) & 0xff) <= TLS_LATEST_MINOR
                && first.get(5) == TLS_CLIENT_HELLO
                && first.get(6) == 0;
    }

    private static String likelyCause(ByteBuffer first, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (looksLikeTls(first)) {
            return "a TLS client; let nothing but tcpcopy connect to this port (--allow)";
        }
        if (text.matches("(GET|POST|PUT|HEAD|OPTIONS|PATCH|DELETE|CONNECT|TRACE|PRI) .*")) {
            return "an HTTP request; let nothing but tcpcopy connect to this port (--allow)";
        }
        if (text.startsWith("SSH-")) {
            return "an SSH client; let nothing but tcpcopy connect to this port (--allow)";
        }
        if (bytes[0] == IPV4_WITHOUT_OPTIONS) {
            return "an IPv4 header, as an intercept sends them; is another intercept or a proxy connected here?";
        }
        if (first.getLong(0) == 0) {
            return "only zeros; a port scanner or another program, let nothing but tcpcopy connect (--allow)";
        }
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f || c == '\r' || c == '\n' || c == '\t')
                ? "text of another program; let nothing but tcpcopy connect to this port (--allow)"
                : "a port scanner, another program, or a tcpcopy newer than this server or changed by hand;"
                        + " if it is a tcpcopy, try --generation";
    }
}
