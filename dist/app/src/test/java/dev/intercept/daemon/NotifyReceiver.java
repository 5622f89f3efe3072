package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The service manager's end of a notification socket. */
public final class NotifyReceiver implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int MAX_BYTES = 4096;

    interface Libc extends Library {
        int socket(int family, int type, int protocol) throws LastErrorException;

        int bind(int fd, byte[] address, int addressBytes) throws LastErrorException;

        int setsockopt(int fd, int level, int name, byte[] value, int valueBytes) throws LastErrorException;

        NativeLong recv(int fd, byte[] buffer, NativeLong bufferBytes, int flags) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final Libc libc = Native.load("c", Libc.class);
    private final int fd;
    private final List<String> received = new ArrayList<>();

    /** @param patienceS how long a message is waited for */
    public NotifyReceiver(String address, long patienceS) throws IOException {
        byte[] socketAddress = NotifySocket.socketAddress(address);
        fd = libc.socket(AF_UNIX, SOCK_DGRAM, 0);
        libc.bind(fd, socketAddress, socketAddress.length);
        byte[] timeval = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(patienceS)
                .putLong(0)
                .array();
        libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length);
    }

    /** The next message. */
    public String next() {
        byte[] buffer = new byte[MAX_BYTES];
        int bytes = libc.recv(fd, buffer, new NativeLong(buffer.length), 0).intValue();
        String message = new String(buffer, 0, bytes, StandardCharsets.UTF_8);
        received.add(message);
        return message;
    }

    /** Reads on until a message begins so, and returns it. */
    public String awaitMessage(String beginning) {
        try {
            String message = next();
            while (!message.startsWith(beginning)) {
                message = next();
            }
            return message;
        } catch (LastErrorException e) {
            throw new AssertionError("never received: " + beginning + "; but: " + received, e);
        }
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
