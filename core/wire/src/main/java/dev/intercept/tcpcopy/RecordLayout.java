package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The shape of one generation's client records.
 *
 * <pre>
 *    0        client address (4)
 *    4        client port (2)
 *    6        type (2): 1 add, 2 delete; in an opening record the client's version
 *    8        target address (4)    only in records of 14 bytes
 *   12        target port (2)       only in records of 14 bytes
 * </pre>
 *
 * @param bytes 8 or 14
 * @param fields byte order of addresses and ports
 * @param type byte order of the type
 */
record RecordLayout(int bytes, ByteOrder fields, ByteOrder type) {

    static final int CLIENT_ADD = 1;
    static final int CLIENT_DEL = 2;

    static final int SHORT_BYTES = 8;
    static final int LONG_BYTES = 14;

    static final int CLIENT_ADDRESS_OFFSET = 0;
    static final int CLIENT_PORT_OFFSET = 4;
    static final int TYPE_OFFSET = 6;
    static final int TARGET_ADDRESS_OFFSET = 8;
    static final int TARGET_PORT_OFFSET = 12;

    /** Passes to the handler what the record at index {@code at} of a big-endian buffer says; an unknown type says nothing. */
    void deliver(ByteBuffer in, int at, ClientRecords handler) {
        int recordType = uint16(in, at + TYPE_OFFSET, type);
        if (recordType != CLIENT_ADD && recordType != CLIENT_DEL) {
            return;
        }
        int clientAddress = int32(in, at + CLIENT_ADDRESS_OFFSET);
        int clientPort = uint16(in, at + CLIENT_PORT_OFFSET, fields);
        int targetAddress = namesTarget() ? int32(in, at + TARGET_ADDRESS_OFFSET) : 0;
        int targetPort = namesTarget() ? uint16(in, at + TARGET_PORT_OFFSET, fields) : 0;
        if (recordType == CLIENT_ADD) {
            handler.add(clientAddress, clientPort, targetAddress, targetPort);
        } else {
            handler.delete(clientAddress, clientPort, targetAddress, targetPort);
        }
    }

    /** Puts one record at the position of a big-endian buffer, which moves behind it. */
    void encode(ByteBuffer out, int recordType, int clientAddress, int clientPort, int targetAddress, int targetPort) {
        out.putInt(ordered(clientAddress));
        out.putShort(ordered(clientPort, fields));
        out.putShort(ordered(recordType, type));
        if (namesTarget()) {
            out.putInt(ordered(targetAddress));
            out.putShort(ordered(targetPort, fields));
        }
    }

    private boolean namesTarget() {
        return bytes == LONG_BYTES;
    }

    private int int32(ByteBuffer in, int at) {
        return ordered(in.getInt(at));
    }

    private static int uint16(ByteBuffer in, int at, ByteOrder order) {
        return ordered(in.getShort(at), order) & 0xffff;
    }

    private int ordered(int value) {
        return fields == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    private static short ordered(int value, ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? (short) value : Short.reverseBytes((short) value);
    }
}
