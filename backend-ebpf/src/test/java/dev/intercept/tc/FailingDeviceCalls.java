package dev.intercept.tc;

import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.bpf.Descriptors;
import java.util.List;

/** The real calls, of which any can be made to fail. */
public final class FailingDeviceCalls extends Libc {

    /** The names of those that may fail and that bpf(2) does not need. */
    public static final List<String> NAMES = List.of("socket", "bind", "poll", "send", "recv");

    private static final NativeLong FAILED = new NativeLong(-1);

    /** A wait for nothing is that much shorter. */
    private static final int ACCELERATION = 100;

    private final Descriptors descriptors;

    private FailingDeviceCalls(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    /** From now on, until {@link #end}. */
    public static void begin(Descriptors descriptors) {
        calls = new FailingDeviceCalls(descriptors);
    }

    public static void end() {
        calls = new Libc();
    }

    @Override
    int socket(int family, int type, int protocol) {
        return descriptors.fails("socket") ? -1 : (int) descriptors.opened(super.socket(family, type, protocol));
    }

    @Override
    int bind(int fd, byte[] address, int addressBytes) {
        return descriptors.fails("bind") ? -1 : super.bind(fd, address, addressBytes);
    }

    @Override
    int eventfd(int initial, int flags) {
        return descriptors.fails("eventfd") ? -1 : (int) descriptors.opened(super.eventfd(initial, flags));
    }

    @Override
    int eventfd_write(int fd, long value) {
        return descriptors.fails("eventfd_write") ? -1 : super.eventfd_write(fd, value);
    }

    @Override
    int poll(int[] polled, NativeLong count, int timeoutMs) {
        return descriptors.fails("poll") ? -1 : super.poll(polled, count, timeoutMs / ACCELERATION);
    }

    @Override
    NativeLong send(int fd, Pointer data, NativeLong bytes, int flags) {
        return descriptors.fails("send") ? FAILED : super.send(fd, data, bytes, flags);
    }

    @Override
    NativeLong recv(int fd, Pointer data, NativeLong bytes, int flags) {
        return descriptors.fails("recv") ? FAILED : super.recv(fd, data, bytes, flags);
    }

    /** As Linux does it, the descriptor is gone even when this fails. */
    @Override
    int close(int fd) {
        descriptors.closed(fd);
        int result = super.close(fd);
        return descriptors.fails("close") ? -1 : result;
    }
}
