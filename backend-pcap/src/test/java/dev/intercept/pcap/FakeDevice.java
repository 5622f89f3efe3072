package dev.intercept.pcap;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.intercept.kit.FailingCallsRun;
import dev.intercept.pcap.link.Frames;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.pcap4j.core.PcapNativeException;

/**
 * A device that is always up, and libpcap's side of it, in memory: any call can be made to fail at any time, and its clock stands
 * still but for what is waited. Frames are written by libpcap's own pcap_dump(). One thread.
 */
final class FakeDevice implements DeviceCalls, FailingCallsRun.Kernel {

    /** The names of all calls that may fail, and "any". */
    static final List<String> CALLS = List.of(
            "pcap_activate",
            "pcap_setnonblock",
            "pcap_setfilter",
            "pcap_dispatch",
            "pcap_get_selectable_fd",
            "pcap_stats",
            "eventfd",
            "epoll_create1",
            "epoll_ctl",
            "epoll_wait",
            "write",
            "socket",
            "ioctl",
            "setsockopt",
            "getsockopt",
            "close",
            "any");

    /** A call that fails is taken for slow, so that loops without a wait come to an end. */
    private static final long FAILURE_NS = 1_000_000;

    private static final int ETHERNET = 1;
    private static final int IFR_FLAGS = 16;
    private static final short IFF_UP = 1;

    /** struct pcap_pkthdr: a time of two longs, then the captured length and the wire's. */
    private static final int LENGTHS_OFFSET = 2 * NativeLong.SIZE;

    private final Function pcapDump = Function.getFunction(Libpcap.PCAP_DUMP);
    private final ToIntFunction<String> faults;
    private final Set<Integer> open = new TreeSet<>();
    private Handle listening;
    private int nextFd = 3;
    private long nowNs;

    FakeDevice(ToIntFunction<String> faults) {
        this.faults = faults;
    }

    /** A packet passes: seen only where somebody listens. */
    void pass(byte[] packet) {
        if (listening != null) {
            listening.waiting.add(Frames.ethernet(packet));
        }
    }

    @Override
    public void passMs(long ms) {
        nowNs += ms * 1_000_000;
    }

    /** Descriptors and handles. */
    @Override
    public Set<Integer> open() {
        return open;
    }

    private int result(String call, int success) {
        int errno = faults.applyAsInt(call);
        if (errno != 0) {
            nowNs += FAILURE_NS;
            return -errno;
        }
        return success;
    }

    private int opened(String call) {
        int fd = result(call, nextFd);
        if (fd >= 0) {
            open.add(nextFd++);
        }
        return fd;
    }

    private void check(String call) throws PcapNativeException {
        if (result(call, 0) < 0) {
            throw new PcapNativeException(call + " failed", -1);
        }
    }

    private final class Handle implements DeviceHandle {
        private final Queue<byte[]> waiting = new ArrayDeque<>();
        private final int fd;

        Handle(int fd) {
            this.fd = fd;
        }

        @Override
        public void setNonBlocking() throws PcapNativeException {
            check("pcap_setnonblock");
        }

        @Override
        public void setFilter(String filter) throws PcapNativeException {
            check("pcap_setfilter");
        }

        @Override
        public int datalink() {
            return ETHERNET;
        }

        @Override
        public int snapshot() {
            return 128;
        }

        @Override
        public int dispatch(int count, Pointer dumper) {
            if (result("pcap_dispatch", 0) < 0) {
                return -1;
            }
            int taken = 0;
            for (; taken < count && !waiting.isEmpty(); taken++) {
                dump(waiting.remove(), dumper);
            }
            return taken;
        }

        private void dump(byte[] frame, Pointer dumper) {
            try (Memory header = new Memory(LENGTHS_OFFSET + 8);
                    Memory bytes = new Memory(frame.length)) {
                header.clear();
                header.setInt(LENGTHS_OFFSET, frame.length);
                header.setInt(LENGTHS_OFFSET + 4, frame.length);
                bytes.write(0, frame, 0, frame.length);
                pcapDump.invokeVoid(new Object[] {dumper, header, bytes});
            }
        }

        @Override
        public int selectableFd() {
            return result("pcap_get_selectable_fd", fd) < 0 ? -1 : fd;
        }

        @Override
        public int fileno() {
            return fd;
        }

        @Override
        public String error() {
            return "it failed";
        }

        @Override
        public void stats(DropCounters into) throws PcapNativeException {
            check("pcap_stats");
        }

        @Override
        public void close() {
            if (!open.remove(fd)) {
                throw new AssertionError("closed twice");
            }
            listening = null;
        }
    }

    @Override
    public DeviceHandle open(String device, PcapSettings settings) throws PcapNativeException {
        check("pcap_activate");
        listening = new Handle(nextFd);
        open.add(nextFd++);
        return listening;
    }

    @Override
    public int eventfd(int initial, int flags) {
        return opened("eventfd");
    }

    @Override
    public int epollCreate(int flags) {
        return opened("epoll_create1");
    }

    @Override
    public int epollAdd(int epollFd, int fd, Pointer event) {
        return result("epoll_ctl", 0);
    }

    @Override
    public int epollWait(int epollFd, Pointer events, int maxEvents, int timeoutMs) {
        int result = result("epoll_wait", listening.waiting.isEmpty() ? 0 : 1);
        if (result == 0) {
            passMs(timeoutMs);
        }
        return result;
    }

    @Override
    public int write(int fd, Pointer bytes, int count) {
        return result("write", count);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return opened("socket");
    }

    @Override
    public int ioctl(int fd, long request, Pointer argument) {
        argument.setShort(IFR_FLAGS, IFF_UP);
        return result("ioctl", 0);
    }

    @Override
    public int setsockopt(int fd, int level, int name, Pointer value, int valueBytes) {
        return result("setsockopt", 0);
    }

    @Override
    public int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes) {
        return result("getsockopt", 0);
    }

    /** Closes in any case, as Linux does. */
    @Override
    public int close(int fd) {
        if (!open.remove(fd)) {
            throw new AssertionError("descriptor " + fd + " is closed twice");
        }
        return result("close", 0);
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }
}
