package dev.intercept.capture;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.PortSet;
import dev.intercept.stats.PortTally;

/**
 * What one lane notices in passing that shows why a replay fails: SYN/ACKs that the target repeats, connections that it
 * refuses, and the ports of answers that nobody waits for. Bounded, allocates nothing; packets that carry data are not
 * looked at.
 *
 * <p>Thread rule: the capture thread notices, any thread reads the tallies.
 */
public final class CaptureSigns {

    /** Set in a port of {@link #unroutedPorts} that is the destination's: this host is the client there. */
    public static final int DESTINATION = 1 << 16;

    /** SYN/ACKs remembered; more in a second than this, and some repetitions are missed. A power of two. */
    private static final int REMEMBERED = 2048;

    private static final int SEQUENCE_OFFSET = 4;
    private static final int FLAG_ACK = 0x10;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final Counters counters;
    private final long[] synAcks = new long[REMEMBERED];
    private final PortTally unroutedPorts = new PortTally();
    private final PortTally refusingPorts = new PortTally();
    private final PortSet forwardedPorts = new PortSet();

    CaptureSigns(Counters counters) {
        this.counters = counters;
    }

    /** A response with SYN or RST. A SYN/ACK without a route is repeated because nobody is there to acknowledge it. */
    void onHandshake(ResponsePacket packet, boolean isRouted) {
        int sequence = packet.buffer().getInt(packet.offset() + packet.ipHeaderBytes() + SEQUENCE_OFFSET);
        if (packet.isSyn()) {
            if (isRouted) {
                onSynAck(packet, sequence);
            }
        } else if (sequence == 0 && (packet.flags() & FLAG_ACK) != 0) {
            // RFC 9293, 3.10.7.1: the reset that answers a SYN where nothing listens has sequence number 0 and an ACK.
            counters.increment(Counter.CONNECTIONS_REFUSED);
            refusingPorts.count(packet.sourcePort(), packet.sourceAddress());
        }
    }

    /** The same session and sequence number again: the target did not get the ACK for it. */
    private void onSynAck(ResponsePacket packet, int sequence) {
        long session = (packet.destinationAddress() * MIX ^ packet.sourceAddress()) * MIX
                ^ ((long) packet.destinationPort() << 16 | packet.sourcePort());
        long signature = (session * MIX ^ sequence) * MIX | 1;
        int index = (int) (signature >>> 40) & REMEMBERED - 1;
        if (synAcks[index] == signature) {
            counters.increment(Counter.SYN_ACKS_REPEATED);
        } else {
            synAcks[index] = signature;
        }
    }

    /** An answer that no session waits for. The lower port of the two is taken for the service's. */
    void onUnrouted(ResponsePacket packet) {
        int source = packet.sourcePort();
        int destination = packet.destinationPort();
        if (source <= destination) {
            unroutedPorts.count(source, packet.sourceAddress());
        } else {
            unroutedPorts.count(destination | DESTINATION, packet.destinationAddress());
        }
    }

    /** An answer whose header a tunnel took: its source is a test server. */
    void onForwarded(ResponsePacket packet) {
        forwardedPorts.add(packet.sourcePort());
    }

    /** Every port that an answer was forwarded from since the start. */
    public PortSet forwardedPorts() {
        return forwardedPorts;
    }

    /** Ports of answers without a route, {@link #DESTINATION} set in those of other hosts' services. */
    public PortTally unroutedPorts() {
        return unroutedPorts;
    }

    /** The target's ports where nothing listens. */
    public PortTally refusingPorts() {
        return refusingPorts;
    }
}
