package dev.intercept.ipqueue;

import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The system calls of the C library, through jnr-ffi. Any thread; nothing is kept here. */
class JnrSystemCalls implements SystemCalls {

    /** sys/epoll.h */
    private static final int EPOLL_CTL_ADD = 1;

    private static final Libc LIBC = LibraryLoader.create(Libc.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    /** Memory of which a call gets the address as a number. */
    private static final class JnrMemory extends NativeMemory {

        JnrMemory(ByteBuffer buffer, long address) {
            super(buffer, address);
        }

        @Override
        public NativeMemory at(int offset) {
            ByteBuffer part = buffer().slice(offset, buffer().capacity() - offset);
            return new JnrMemory(part.order(ByteOrder.nativeOrder()), address() + offset);
        }
    }

    /** @throws LinkageError when jnr-ffi cannot load its native part */
    JnrSystemCalls() {}

    @Override
    public NativeMemory allocate(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        return new JnrMemory(buffer, Pointer.wrap(RUNTIME, buffer).address());
    }

    @Override
    public WordSize wordSize() {
        return RUNTIME.addressSize() == WordSize.BITS_64.bytes() ? WordSize.BITS_64 : WordSize.BITS_32;
    }

    private static int resultOrErrno(int result) {
        return result < 0 ? -RUNTIME.getLastError() : result;
    }

    @Override
    public int socket(int family, int type, int protocol) {
        return resultOrErrno(LIBC.socket(family, type, protocol));
    }

    @Override
    public int bind(int fd, NativeMemory address, int addressBytes) {
        return resultOrErrno(LIBC.bind(fd, address.address(), addressBytes));
    }

    @Override
    public int connect(int fd, NativeMemory address, int addressBytes) {
        return resultOrErrno(LIBC.connect(fd, address.address(), addressBytes));
    }

    @Override
    public int getsockname(int fd, NativeMemory address, NativeMemory addressBytes) {
        return resultOrErrno(LIBC.getsockname(fd, address.address(), addressBytes.address()));
    }

    @Override
    public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
        return resultOrErrno(LIBC.setsockopt(fd, level, name, value.address(), valueBytes));
    }

    @Override
    public int getsockopt(int fd, int level, int name, NativeMemory value, NativeMemory valueBytes) {
        return resultOrErrno(LIBC.getsockopt(fd, level, name, value.address(), valueBytes.address()));
    }

    @Override
    public int sendmsg(int fd, NativeMemory message, int flags) {
        return resultOrErrno(LIBC.sendmsg(fd, message.address(), flags));
    }

    @Override
    public int sendmmsg(int fd, NativeMemory messages, int count, int flags) {
        return resultOrErrno(LIBC.sendmmsg(fd, messages.address(), count, flags));
    }

    @Override
    public int recvmsg(int fd, NativeMemory message, int flags) {
        return resultOrErrno(LIBC.recvmsg(fd, message.address(), flags));
    }

    @Override
    public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
        return resultOrErrno(LIBC.recvmmsg(fd, messages.address(), count, flags, 0));
    }

    @Override
    public int epollCreate(int flags) {
        return resultOrErrno(LIBC.epoll_create1(flags));
    }

    @Override
    public int epollAdd(int epollFd, int fd, NativeMemory event) {
        return resultOrErrno(LIBC.epoll_ctl(epollFd, EPOLL_CTL_ADD, fd, event.address()));
    }

    @Override
    public int epollWait(int epollFd, NativeMemory events, int maxEvents, int timeoutMs) {
        return resultOrErrno(LIBC.epoll_wait(epollFd, events.address(), maxEvents, timeoutMs));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return resultOrErrno(LIBC.eventfd(initial, flags));
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        return resultOrErrno(LIBC.eventfd_write(fd, value));
    }

    @Override
    public int sleepUs(int us) {
        return resultOrErrno(LIBC.usleep(us));
    }

    @Override
    public int close(int fd) {
        return resultOrErrno(LIBC.close(fd));
    }
}
