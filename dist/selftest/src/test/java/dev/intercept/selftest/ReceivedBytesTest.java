package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceivedBytesTest {

    private static final int FIRST = -3;

    @Test
    void shouldCountWhatIsInOrder() {
        ReceivedBytes received = new ReceivedBytes(FIRST);
        received.add(FIRST, 10);
        assertEquals(10, received.inOrder());
        assertEquals(7, received.nextSequence());
    }

    @Test
    void shouldWaitForAGapToBeFilled() {
        ReceivedBytes received = new ReceivedBytes(FIRST);
        received.add(FIRST + 10, 5);
        received.add(FIRST + 20, 5);
        assertEquals(0, received.inOrder());
        received.add(FIRST, 10);
        assertEquals(15, received.inOrder());
        received.add(FIRST + 12, 9);
        assertEquals(25, received.inOrder());
    }

    @Test
    void shouldIgnoreWhatItHas() {
        ReceivedBytes received = new ReceivedBytes(FIRST);
        received.add(FIRST, 10);
        received.add(FIRST + 2, 3);
        received.add(FIRST, 0);
        assertEquals(10, received.inOrder());
    }

    @Test
    void shouldEndUpWithEverythingInWhateverOrderItCame() {
        Random random = new Random(42);
        for (int round = 0; round < 500; round++) {
            ReceivedBytes received = new ReceivedBytes(FIRST);
            int total = 1 + random.nextInt(300_000);
            for (int[] piece : shuffledPieces(total, random)) {
                received.add(FIRST + piece[0], piece[1]);
            }
            assertEquals(total, received.inOrder(), "round " + round);
        }
    }

    /** Pieces that overlap at random, as retransmissions do. */
    private static List<int[]> shuffledPieces(int total, Random random) {
        List<int[]> pieces = new ArrayList<>();
        for (int at = 0; at < total; ) {
            int bytes = Math.min(total - at, 1 + random.nextInt(65_000));
            int overlap = Math.min(at, random.nextInt(100));
            pieces.add(new int[] {at - overlap, bytes + overlap});
            at += bytes;
        }
        Collections.shuffle(pieces, random);
        return pieces;
    }
}
