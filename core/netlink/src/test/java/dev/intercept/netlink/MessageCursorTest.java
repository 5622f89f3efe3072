package dev.intercept.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MessageCursorTest {

    private static final int BEGIN = 64;

    private final MessageCursor cursor = new MessageCursor();

    /** Begins a datagram of so many bytes whose messages say that they have these lengths. */
    private void begin(int bytes, int... lengths) {
        ByteBuffer datagram = ByteBuffer.allocate(2 * BEGIN).order(ByteOrder.nativeOrder());
        int at = BEGIN;
        for (int length : lengths) {
            datagram.putInt(at, length);
            at += NetlinkAttribute.align(length);
        }
        cursor.begin(datagram, BEGIN, bytes);
    }

    private void assertNext(int offset, int bytes) {
        assertTrue(cursor.next());
        assertEquals(BEGIN + offset, cursor.at());
        assertEquals(bytes, cursor.bytes());
        assertEquals(BEGIN + offset + bytes, cursor.end());
    }

    private void assertEnd(int malformed) {
        assertFalse(cursor.next());
        assertFalse(cursor.next(), "the end stays the end");
        assertEquals(malformed, cursor.malformed());
    }

    @Test
    void shouldHaveNothingBeforeItBegins() {
        assertEnd(0);
    }

    @Test
    void shouldTakeALengthThatIsNoMultipleOfFour() {
        begin(17, 17);
        assertNext(0, 17);
        assertEnd(0);
        begin(40, 18, 20);
        assertNext(0, 18);
        assertNext(20, 20);
        assertEnd(0);
    }

    @Test
    void shouldLookNoFurtherThanTheDatagramWhateverTheLengthSays() {
        int malformed = 0;
        for (int length : new int[] {0, 15, 33, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            begin(32, length);
            assertNext(0, 32);
            assertEnd(++malformed);
        }
    }

    @Test
    void shouldPassOverWhatIsTooShortForAHeader() {
        begin(0);
        assertEnd(1);
        begin(15, 15);
        assertEnd(2);
        begin(30, 16);
        assertNext(0, 16);
        assertEnd(3);
    }

    @Test
    void shouldForgetTheRestWhenAsked() {
        begin(32, 16, 16);
        assertNext(0, 16);
        cursor.skip();
        assertEnd(0);
    }
}
