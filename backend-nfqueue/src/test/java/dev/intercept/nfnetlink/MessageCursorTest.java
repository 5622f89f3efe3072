package dev.intercept.nfnetlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MessageCursorTest {

    private final MessageVector vector = new MessageVector(4, 64);
    private final MessageCursor cursor = new MessageCursor(vector);

    private void fill(int slot, int bytes, int... lengths) {
        ByteBuffer datagram = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        int at = 0;
        for (int length : lengths) {
            datagram.putInt(at, length);
            at += NetlinkAttribute.align(length);
        }
        FilledSlots.fill(vector, slot, datagram.array(), bytes);
    }

    private void assertNext(int at, int bytes) {
        assertTrue(cursor.next());
        assertEquals(at, cursor.at());
        assertEquals(bytes, cursor.bytes());
    }

    @Test
    void shouldGoOverAllDatagramsInOrder() {
        fill(0, 20, 20);
        fill(1, 36, 36);
        cursor.begin(2);
        assertNext(0, 20);
        assertNext(64, 36);
        assertFalse(cursor.next());
        assertFalse(cursor.next(), "the end stays the end");
        assertEquals(0, cursor.malformed());
    }

    @Test
    void shouldTakeALengthThatIsNoMultipleOfFour() {
        fill(0, 17, 17);
        fill(1, 40, 18, 20);
        cursor.begin(2);
        assertNext(0, 17);
        assertNext(64, 18);
        assertNext(84, 20);
        assertFalse(cursor.next());
        assertEquals(0, cursor.malformed());
    }

    @Test
    void shouldLookNoFurtherThanTheDatagramWhateverTheLengthSays() {
        for (int length : new int[] {0, 15, 33, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            fill(0, 32, length);
            fill(1, 16, 16);
            cursor.begin(2);
            assertNext(0, 32);
            assertNext(64, 16);
            assertFalse(cursor.next());
        }
        assertEquals(6, cursor.malformed());
    }

    @Test
    void shouldPassOverWhatIsTooShortForAHeader() {
        fill(0, 0);
        fill(1, 15, 15);
        fill(2, 30, 16);
        fill(3, 16, 16);
        cursor.begin(4);
        assertNext(128, 16);
        assertNext(192, 16);
        assertFalse(cursor.next());
        assertEquals(3, cursor.malformed());
    }
}
