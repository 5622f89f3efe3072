package dev.intercept.ebpf;

import dev.intercept.capture.PassList;
import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What the program should do with a frame, in the words of the code that judges the packets of other backends. */
final class Judge {

    private static final int ETHERNET_BYTES = 14;
    private static final int MAX_TAGS = 2;
    private static final int IP_BYTES = 20;
    private static final int MORE_FRAGMENTS = 0x2000;

    private final Set<Integer> ports;
    private final PassList passList;
    private final Predicate<byte[]> isReplayed;
    private final Set<Long> fragmented = new HashSet<>();
    private final ResponsePacket packet = new ResponsePacket();

    Judge(Set<Integer> ports, PassList passList) {
        this(ports, passList, ip -> true);
    }

    /** @param isReplayed whether an IP packet from one of the ports, with its ports in it, may be of a replayed session */
    Judge(Set<Integer> ports, PassList passList, Predicate<byte[]> isReplayed) {
        this.isReplayed = isReplayed;
        this.ports = ports;
        this.passList = passList;
    }

    /** The IP packet to be stopped; empty when the frame is to pass. */
    Optional<byte[]> stopped(byte[] frame) {
        return ipOf(frame).filter(this::isAnswer);
    }

    private static Optional<byte[]> ipOf(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        int at = ETHERNET_BYTES;
        int type = in.getShort(at - 2) & 0xffff;
        for (int tag = 0; tag < MAX_TAGS && (type == 0x8100 || type == 0x88a8); tag++) {
            if (frame.length < at + 4) {
                return Optional.empty();
            }
            type = in.getShort(at + 2) & 0xffff;
            at += 4;
        }
        return type == 0x0800 ? Optional.of(Arrays.copyOfRange(frame, at, frame.length)) : Optional.empty();
    }

    private boolean isAnswer(byte[] ip) {
        ByteBuffer in = ByteBuffer.wrap(ip.clone());
        ResponsePacket.Kind kind = packet.wrap(in, ip.length);
        if (packet.hasDestination() && passList.contains(packet.destinationAddress())) {
            return false;
        }
        return switch (kind) {
            case TCP -> isOfPort(ip, ports.contains(packet.sourcePort()));
            case MALFORMED -> hasPorts(ip) && isOfPort(ip, ports.contains(portOf(ip)));
            case FRAGMENT -> hasHeader(ip) && fragmented.contains(fragmentKey(ip)) && lengthOf(ip) >= IP_BYTES;
            case NOT_TCP, UNKNOWN_LENGTH -> false;
        };
    }

    /** A host that has the first piece must not get the others either. */
    private boolean isOfPort(byte[] ip, boolean isOurs) {
        boolean isStopped = isOurs && isReplayed.test(ip);
        if (isStopped && (ByteBuffer.wrap(ip).getShort(6) & MORE_FRAGMENTS) != 0) {
            fragmented.add(fragmentKey(ip));
        }
        return isStopped && lengthOf(ip) >= IP_BYTES;
    }

    private static long fragmentKey(byte[] ip) {
        ByteBuffer in = ByteBuffer.wrap(ip);
        return (long) in.getInt(12) << 32 ^ (in.getInt(16) & 0xffff_ffffL) << 16 ^ in.getShort(4) & 0xffff;
    }

    private static boolean hasHeader(byte[] ip) {
        return ip.length >= IP_BYTES && (ip[0] & 0x0f) * 4 >= IP_BYTES;
    }

    /** Broken though it is, it says whose it is. */
    private static boolean hasPorts(byte[] ip) {
        return hasHeader(ip) && ip.length >= (ip[0] & 0x0f) * 4 + 4;
    }

    private static int portOf(byte[] ip) {
        return ByteBuffer.wrap(ip).getShort((ip[0] & 0x0f) * 4) & 0xffff;
    }

    /** As the header says, or where it says nothing, as the frame does; never more than is there. */
    static int lengthOf(byte[] ip) {
        int said = ByteBuffer.wrap(ip).getShort(2) & 0xffff;
        return said == 0 ? ip.length : Math.min(said, ip.length);
    }
}
