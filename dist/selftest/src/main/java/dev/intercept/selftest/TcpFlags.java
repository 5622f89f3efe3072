package dev.intercept.selftest;

/** The flag bits of a TCP header that a small client needs, RFC 9293, 3.1. */
final class TcpFlags {

    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int PSH = 0x08;
    static final int ACK = 0x10;

    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK"};

    private TcpFlags() {}

    /** {@code "SYN ACK"}; {@code "no flags"} for none. */
    static String text(int flags) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(NAMES[bit]);
            }
        }
        return text.isEmpty() ? "no flags" : text.toString();
    }
}
