package dev.intercept.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class DatagramVectorTest {

    private static final long BASE = 0x7000_0000;

    /** Memory that says it lies at {@link #BASE}. */
    private static final class Numbered extends NativeMemory {

        Numbered(int bytes) {
            this(ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN), BASE);
        }

        private Numbered(ByteBuffer buffer, long address) {
            super(buffer, address);
        }

        @Override
        public NativeMemory at(int offset) {
            return new Numbered(buffer(), address() + offset);
        }
    }

    @Test
    void shouldBeLaidOutAsRecvmmsgExpectsWith64Bits() {
        DatagramVector vector = new DatagramVector(WordSize.BITS_64, Numbered::new, 2, 40);
        assertEquals(64, vector.header(1).address() - vector.header(0).address());
        int header = (int) (vector.header(1).address() - BASE);
        int iovec = (int) (vector.data().getLong(header + 16) - BASE);
        assertEquals(1, vector.data().getLong(header + 24), "iov count");
        assertEquals(BASE + vector.offset(1), vector.data().getLong(iovec), "iov base");
        assertEquals(64, vector.data().getLong(iovec + 8), "bytes of a slot, rounded up");
        vector.data().putInt(header + 56, 17);
        assertEquals(17, vector.length(1));
    }

    @Test
    void shouldBeLaidOutAsRecvmmsgExpectsWith32Bits() {
        DatagramVector vector = new DatagramVector(WordSize.BITS_32, Numbered::new, 2, 28);
        assertEquals(32, vector.header(1).address() - vector.header(0).address());
        int header = (int) (vector.header(1).address() - BASE);
        int iovec = (int) (vector.data().getInt(header + 8) - BASE);
        assertEquals(BASE + vector.offset(1), vector.data().getInt(iovec), "iov base");
        vector.data().putInt(header + 28, 17);
        assertEquals(17, vector.length(1));
    }

    @Test
    void shouldSayOfACutDatagramWhatTheSlotHas() {
        DatagramVector vector = new DatagramVector(WordSize.BITS_64, Numbered::new, 1, 64);
        vector.setLength(0, 70_000);
        assertEquals(64, vector.length(0));
    }
}
