package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The service manager's end of a notification socket, with its store of file descriptors. */
public final class NotifyReceiver implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int MAX_BYTES = 4096;

    interface Libc extends Library {
        int socket(int family, int type, int protocol) throws LastErrorException;

        int bind(int fd, byte[] address, int addressBytes) throws LastErrorException;

        int setsockopt(int fd, int level, int name, byte[] value, int valueBytes) throws LastErrorException;

        NativeLong recvmsg(int fd, Pointer message, int flags) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final Libc libc = Native.load("c", Libc.class);
    private final int fd;
    private final List<String> received = new ArrayList<>();
    private final List<Integer> stored = new ArrayList<>();

    /** @param patienceS how long a message is waited for */
    public NotifyReceiver(String address, long patienceS) throws IOException {
        byte[] socketAddress = NotifySocket.socketAddress(address);
        fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        libc.bind(fd, socketAddress, socketAddress.length);
        byte[] timeval = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(patienceS)
                .putLong(0)
                .array();
        libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length);
    }

    /** The next message; what it says of descriptors is done. */
    public String next() {
        DescriptorMessage room =
                new DescriptorMessage(" ".repeat(MAX_BYTES), Collections.nCopies(DescriptorMessage.MAX_DESCRIPTORS, 0));
        int bytes = libc.recvmsg(fd, room.header(), MSG_CMSG_CLOEXEC).intValue();
        String message = room.text(bytes);
        received.add(message);
        if (message.startsWith("FDSTORE=1\n")) {
            stored.addAll(room.descriptors());
        } else {
            room.descriptors().forEach(libc::close);
        }
        if (message.startsWith("FDSTOREREMOVE=1\n")) {
            discard();
        }
        return message;
    }

    /** What is kept, in the order in which it came. */
    public List<Integer> stored() {
        return List.copyOf(stored);
    }

    /** As it is done once the service has stopped. */
    public void discard() {
        stored.forEach(libc::close);
        stored.clear();
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
        discard();
        libc.close(fd);
    }
}
