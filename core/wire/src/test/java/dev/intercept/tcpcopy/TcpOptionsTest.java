package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TcpOptionsTest {

    private static final byte[] OPTIONS = {1, 3, 3, 7, 8, 4};

    private static int lengthAt(int at, int end) {
        return TcpOptions.lengthAt(ByteBuffer.wrap(OPTIONS), at, end);
    }

    @Test
    void shouldKnowHowLongAnOptionIs() {
        assertEquals(1, lengthAt(0, 6));
        assertEquals(3, lengthAt(1, 6));
        assertEquals(0, lengthAt(6, 6), "the end");
    }

    @Test
    void shouldEndTheListWhereAnOptionIsNotWhole() {
        assertEquals(3, lengthAt(1, 4), "it ends with the header");
        assertEquals(0, lengthAt(1, 3), "its value is cut");
        assertEquals(0, lengthAt(1, 2), "its length belongs to what follows");
        assertEquals(0, lengthAt(4, 6), "it says 4 where there are 2");
    }

    @Test
    void shouldPutWhatFitsExactly() {
        ByteBuffer out = ByteBuffer.allocate(8);
        assertEquals(3, TcpOptions.putFitting(ByteBuffer.wrap(OPTIONS), 0, 4, out, 0, 3));
        assertEquals(3, out.get(0));
        assertEquals(0, TcpOptions.putFitting(ByteBuffer.wrap(OPTIONS), 0, 4, out, 0, 2));
    }
}
