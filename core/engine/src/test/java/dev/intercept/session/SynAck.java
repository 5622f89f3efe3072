package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/** One SYN/ACK of the target whose ends are changed in place: for tests that need a great many. */
final class SynAck {

    private static final int DESTINATION_ADDRESS_OFFSET = 16;
    private static final int SOURCE_PORT_OFFSET = 20;
    private static final int DESTINATION_PORT_OFFSET = 22;

    private final ByteBuffer bytes = TableScene.synAck().toBuffer();
    private final ResponsePacket response = new ResponsePacket();

    ResponsePacket of(int clientAddress, int clientPort, int targetPort) {
        bytes.putInt(DESTINATION_ADDRESS_OFFSET, clientAddress);
        bytes.putShort(SOURCE_PORT_OFFSET, (short) targetPort);
        bytes.putShort(DESTINATION_PORT_OFFSET, (short) clientPort);
        response.wrap(bytes);
        return response;
    }
}
