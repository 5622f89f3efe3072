package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Copies of the first bytes of packets, by number, in blocks that are made when first needed and then used again. */
final class HeaderStore {

    /** An IPv4 and a TCP header have at most 120; backends capture as many as this by default. */
    static final int HEADER_BYTES = 128;

    private static final int HEADERS_PER_BLOCK = 256;

    private byte[][] blocks = new byte[0][];
    private byte[][] lengths = new byte[0][];

    /** Keeps at most {@link #HEADER_BYTES} of the packet. */
    void keep(int number, ResponsePacket packet) {
        int block = number / HEADERS_PER_BLOCK;
        makeBlock(block);
        int length = Math.min(HEADER_BYTES, packet.capturedBytes());
        packet.buffer().get(packet.offset(), blocks[block], offset(number), length);
        lengths[block][number % HEADERS_PER_BLOCK] = (byte) (length - 1);
    }

    /** Appends what was kept. */
    void copyTo(int number, ByteBuffer destination) {
        int block = number / HEADERS_PER_BLOCK;
        int length = (lengths[block][number % HEADERS_PER_BLOCK] & 0xff) + 1;
        destination.put(blocks[block], offset(number), length);
    }

    private void makeBlock(int block) {
        if (block >= blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(block + 1, blocks.length * 2));
            lengths = Arrays.copyOf(lengths, blocks.length);
        }
        if (blocks[block] == null) {
            blocks[block] = new byte[HEADERS_PER_BLOCK * HEADER_BYTES];
            lengths[block] = new byte[HEADERS_PER_BLOCK];
        }
    }

    private static int offset(int number) {
        return number % HEADERS_PER_BLOCK * HEADER_BYTES;
    }
}
