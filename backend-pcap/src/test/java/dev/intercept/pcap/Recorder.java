package dev.intercept.pcap;

import dev.intercept.kit.Await;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Keeps a copy of each packet, as hexadecimal digits: two lists of them compare, and a difference can be read. */
final class Recorder implements PacketHandler {

    private final List<String> packets = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();

    @Override
    public Verdict onPacket(ByteBuffer packet) {
        byte[] copy = new byte[packet.remaining()];
        packet.get(copy);
        packets.add(hex(copy));
        return Verdict.DROP;
    }

    @Override
    public Verdict onPacket(ByteBuffer packet, int lengthBytes) {
        lengths.add(lengthBytes);
        return onPacket(packet);
    }

    /** What the backend says of how long each packet is. */
    List<Integer> lengths() {
        return lengths;
    }

    List<String> packets() {
        return packets;
    }

    /** Polls until END. */
    Recorder readAll(CaptureBackend backend) throws BackendException {
        while (backend.poll(this, 64, 1000) != CaptureBackend.END) {
            // What comes is recorded.
        }
        return this;
    }

    /** Polls until {@code count} packets are here. */
    Recorder await(CaptureBackend backend, int count) throws Exception {
        Await.until(count + " packets", () -> {
            if (packets.size() < count) {
                backend.poll(this, 64, 100);
            }
            return packets.size() >= count;
        });
        return this;
    }

    static String hex(byte[] packet) {
        return HexFormat.of().formatHex(packet);
    }

    static List<String> hex(List<byte[]> packets) {
        return packets.stream().map(Recorder::hex).toList();
    }
}
