package dev.intercept.bpf;

import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.util.List;

/** The real calls, of which any can be made to fail. */
public final class FailingCalls extends Libc {

    /** The names of those that may fail. */
    public static final List<String> NAMES = List.of(
            "bpf",
            "mmap",
            "munmap",
            "epoll_create1",
            "epoll_ctl",
            "epoll_wait",
            "eventfd",
            "eventfd_write",
            "usleep",
            "prctl",
            "close");

    private static final NativeLong FAILED = new NativeLong(-1);

    private final Descriptors descriptors;

    private FailingCalls(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    /** From now on, until {@link #end}. */
    public static void begin(Descriptors descriptors) {
        calls = new FailingCalls(descriptors);
    }

    public static void end() {
        calls = new Libc();
    }

    @Override
    NativeLong syscall(NativeLong number, NativeLong a, Pointer b, NativeLong c) {
        if (descriptors.fails("bpf")) {
            return FAILED;
        }
        NativeLong result = super.syscall(number, a, b, c);
        if (a.intValue() == Bpf.BPF_MAP_CREATE || a.intValue() == Bpf.BPF_PROG_LOAD) {
            descriptors.opened(result.intValue());
        }
        return result;
    }

    @Override
    Pointer mmap(Pointer address, NativeLong bytes, int protection, int flags, int fd, NativeLong offset) {
        if (descriptors.fails("mmap")) {
            return new Pointer(-1);
        }
        Pointer mapped = super.mmap(address, bytes, protection, flags, fd, offset);
        descriptors.opened(Pointer.nativeValue(mapped));
        return mapped;
    }

    @Override
    int munmap(Pointer address, NativeLong bytes) {
        descriptors.closed(Pointer.nativeValue(address));
        int result = super.munmap(address, bytes);
        return descriptors.fails("munmap") ? -1 : result;
    }

    @Override
    int epoll_create1(int flags) {
        return descriptors.fails("epoll_create1") ? -1 : (int) descriptors.opened(super.epoll_create1(flags));
    }

    @Override
    int epoll_ctl(int epollFd, int operation, int fd, Pointer event) {
        return descriptors.fails("epoll_ctl") ? -1 : super.epoll_ctl(epollFd, operation, fd, event);
    }

    @Override
    int epoll_wait(int epollFd, Pointer events, int maxEvents, int timeoutMs) {
        return descriptors.fails("epoll_wait") ? -1 : super.epoll_wait(epollFd, events, maxEvents, timeoutMs);
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
    int usleep(int us) {
        return descriptors.fails("usleep") ? -1 : super.usleep(us);
    }

    @Override
    int prctl(int option, int value) {
        return descriptors.fails("prctl") ? -1 : super.prctl(option, value);
    }

    /** As Linux does it, the descriptor is gone even when this fails. */
    @Override
    int close(int fd) {
        descriptors.closed(fd);
        int result = super.close(fd);
        return descriptors.fails("close") ? -1 : result;
    }
}
