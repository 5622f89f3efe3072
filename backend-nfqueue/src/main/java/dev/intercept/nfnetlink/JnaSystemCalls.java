package dev.intercept.nfnetlink;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The system calls of the C library, through JNA. Any thread; nothing is kept here. */
public class JnaSystemCalls implements SystemCalls {

    /** sys/epoll.h */
    private static final int EPOLL_CTL_ADD = 1;

    /** linux/prctl.h; its value is in nanoseconds. */
    private static final int PR_SET_TIMERSLACK = 29;

    /** Memory with the object that JNA takes for its address. */
    private static final class JnaMemory extends NativeMemory {

        private final Pointer pointer;

        JnaMemory(ByteBuffer buffer, Pointer pointer) {
            super(buffer, Pointer.nativeValue(pointer));
            this.pointer = pointer;
        }

        @Override
        public NativeMemory at(int offset) {
            ByteBuffer part = buffer().slice(offset, buffer().capacity() - offset);
            return new JnaMemory(part.order(ByteOrder.nativeOrder()), pointer.share(offset));
        }
    }

    @Override
    public NativeMemory allocate(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        return new JnaMemory(buffer, Native.getDirectBufferPointer(buffer));
    }

    @Override
    public WordSize wordSize() {
        return Native.POINTER_SIZE == WordSize.BITS_64.bytes() ? WordSize.BITS_64 : WordSize.BITS_32;
    }

    private static Pointer pointer(NativeMemory memory) {
        return ((JnaMemory) memory).pointer;
    }

    private static int resultOrErrno(int result) {
        return result < 0 ? -Native.getLastError() : result;
    }

    @Override
    public int socket(int family, int type, int protocol) {
        return resultOrErrno(Libc.socket(family, type, protocol));
    }

    @Override
    public int bind(int fd, NativeMemory address, int addressBytes) {
        return resultOrErrno(Libc.bind(fd, pointer(address), addressBytes));
    }

    @Override
    public int connect(int fd, NativeMemory address, int addressBytes) {
        return resultOrErrno(Libc.connect(fd, pointer(address), addressBytes));
    }

    @Override
    public int getsockname(int fd, NativeMemory address, NativeMemory addressBytes) {
        return resultOrErrno(Libc.getsockname(fd, pointer(address), pointer(addressBytes)));
    }

    @Override
    public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
        return resultOrErrno(Libc.setsockopt(fd, level, name, pointer(value), valueBytes));
    }

    @Override
    public int getsockopt(int fd, int level, int name, NativeMemory value, NativeMemory valueBytes) {
        return resultOrErrno(Libc.getsockopt(fd, level, name, pointer(value), pointer(valueBytes)));
    }

    @Override
    public int sendmsg(int fd, NativeMemory message, int flags) {
        return resultOrErrno(Libc.sendmsg(fd, pointer(message), flags));
    }

    @Override
    public int sendmmsg(int fd, NativeMemory messages, int count, int flags) {
        return resultOrErrno(Libc.sendmmsg(fd, pointer(messages), count, flags));
    }

    @Override
    public int recvmsg(int fd, NativeMemory message, int flags) {
        return resultOrErrno(Libc.recvmsg(fd, pointer(message), flags));
    }

    @Override
    public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
        return resultOrErrno(Libc.recvmmsg(fd, pointer(messages), count, flags, Pointer.NULL));
    }

    @Override
    public int epollCreate(int flags) {
        return resultOrErrno(Libc.epoll_create1(flags));
    }

    @Override
    public int epollAdd(int epollFd, int fd, NativeMemory event) {
        return resultOrErrno(Libc.epoll_ctl(epollFd, EPOLL_CTL_ADD, fd, pointer(event)));
    }

    @Override
    public int epollWait(int epollFd, NativeMemory events, int maxEvents, int timeoutMs) {
        return resultOrErrno(Libc.epoll_wait(epollFd, pointer(events), maxEvents, timeoutMs));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return resultOrErrno(Libc.eventfd(initial, flags));
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        return resultOrErrno(Libc.eventfd_write(fd, value));
    }

    @Override
    public int close(int fd) {
        return resultOrErrno(Libc.close(fd));
    }

    @Override
    public int sharpenTimers() {
        return resultOrErrno(Libc.prctl(PR_SET_TIMERSLACK, 1));
    }

    @Override
    public int sleepUs(int us) {
        return resultOrErrno(Libc.usleep(us));
    }
}
