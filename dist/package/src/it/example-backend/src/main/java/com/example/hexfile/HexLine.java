package com.example.hexfile;

import java.nio.ByteBuffer;

/**
 * Makes the bytes of one packet from the characters of one line: hexadecimal digits with blanks anywhere between them, and a
 * comment from {@code #} to the end. One object serves all lines, so that no packet costs memory.
 */
final class HexLine {

    /** The longest IPv4 packet: its length field has 16 bits. */
    static final int MAX_PACKET_BYTES = 65_535;

    private static final int NO_DIGIT = -1;
    private static final int HEXADECIMAL = 16;

    private final ByteBuffer packet = ByteBuffer.allocate(MAX_PACKET_BYTES);
    private int highDigit = NO_DIGIT;
    private boolean isInComment;
    private boolean isMalformed;

    void take(int character) {
        if (character == '#') {
            isInComment = true;
        }
        if (!isInComment && !Character.isWhitespace(character)) {
            takeDigit(Character.digit(character, HEXADECIMAL));
        }
    }

    private void takeDigit(int digit) {
        if (digit == NO_DIGIT || !packet.hasRemaining()) {
            isMalformed = true;
        } else if (highDigit == NO_DIGIT) {
            highDigit = digit;
        } else {
            packet.put((byte) (highDigit << 4 | digit));
            highDigit = NO_DIGIT;
        }
    }

    /** Something that is no digit, half a byte, or too many bytes. */
    boolean isMalformed() {
        return isMalformed || highDigit != NO_DIGIT;
    }

    boolean holdsPacket() {
        return !isMalformed() && packet.position() > 0;
    }

    /** The bytes so far, from position to limit. Valid until {@link #clear}. */
    ByteBuffer packet() {
        return packet.flip();
    }

    /** A new line begins. */
    void clear() {
        packet.clear();
        highDigit = NO_DIGIT;
        isInComment = false;
        isMalformed = false;
    }
}
