package dev.intercept.diagnosis.rules;

/** Ports, both ends included. */
public record PortRange(int first, int last) {

    /**
     * Parses {@code 80}, {@code 80:90}, {@code :90} or {@code 80:}, as iptables writes them.
     *
     * @throws NumberFormatException when it is none of these
     */
    static PortRange parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            int port = Integer.parseInt(text);
            return new PortRange(port, port);
        }
        String first = text.substring(0, colon);
        String last = text.substring(colon + 1);
        return new PortRange(
                first.isEmpty() ? 0 : Integer.parseInt(first), last.isEmpty() ? 0xffff : Integer.parseInt(last));
    }

    public boolean contains(int number) {
        return first <= number && number <= last;
    }

    boolean contains(PortRange other) {
        return first <= other.first && other.last <= last;
    }
}
