package dev.intercept.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.BlockingMode;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;

/** The kernel and libpcap of this host. */
final class SystemDeviceCalls implements DeviceCalls {

    /** With {@code --immediate off} the kernel hands a block of frames on after this time, full or not. */
    private static final int BLOCK_TIMEOUT_MS = 10;

    /** pcap4j's handle, and the pointer behind it. */
    private record Handle(PcapHandle pcap4j, Pointer pcap) implements DeviceHandle {

        @Override
        public void setNonBlocking() throws PcapNativeException {
            try {
                pcap4j.setBlockingMode(BlockingMode.NONBLOCKING);
            } catch (NotOpenException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void setFilter(String filter) throws PcapNativeException {
            try {
                pcap4j.setFilter(filter, BpfCompileMode.OPTIMIZE);
            } catch (NotOpenException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int datalink() {
            return pcap4j.getDlt().value();
        }

        @Override
        public int snapshot() {
            try {
                return pcap4j.getSnapshot();
            } catch (NotOpenException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int dispatch(int count, Pointer dumper) {
            return Libpcap.pcap_dispatch(pcap, count, Libpcap.PCAP_DUMP, dumper);
        }

        @Override
        public int selectableFd() {
            return Libpcap.pcap_get_selectable_fd(pcap);
        }

        @Override
        public int fileno() {
            return Libpcap.pcap_fileno(pcap);
        }

        @Override
        public String error() {
            try {
                return pcap4j.getError();
            } catch (NotOpenException e) {
                return "closed";
            }
        }

        @Override
        public void stats(DropCounters into) throws PcapNativeException {
            try {
                PcapStat stat = pcap4j.getStats();
                into.update(stat.getNumPacketsReceived(), stat.getNumPacketsDropped(), stat.getNumPacketsDroppedByIf());
            } catch (NotOpenException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            pcap4j.close();
        }
    }

    @Override
    public DeviceHandle open(String device, PcapSettings settings) throws PcapNativeException {
        PcapHandle handle = new PcapHandle.Builder(device)
                .snaplen(settings.snaplenBytes())
                .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
                .timeoutMillis(BLOCK_TIMEOUT_MS)
                .bufferSize(settings.bufferBytes())
                .immediateMode(settings.immediate())
                .build();
        return new Handle(handle, Libpcap.pointerOf(handle));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return result(Libc.eventfd(initial, flags));
    }

    @Override
    public int epollCreate(int flags) {
        return result(Libc.epoll_create1(flags));
    }

    @Override
    public int epollAdd(int epollFd, int fd, Pointer event) {
        return result(Libc.epoll_ctl(epollFd, Libc.EPOLL_CTL_ADD, fd, event));
    }

    @Override
    public int epollWait(int epollFd, Pointer events, int maxEvents, int timeoutMs) {
        return result(Libc.epoll_wait(epollFd, events, maxEvents, timeoutMs));
    }

    @Override
    public int write(int fd, Pointer bytes, int count) {
        return result(Libc.write(fd, bytes, new NativeLong(count)).intValue());
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return result(Libc.socket(domain, type, protocol));
    }

    @Override
    public int ioctl(int fd, long request, Pointer argument) {
        return result(Libc.ioctl(fd, new NativeLong(request), argument));
    }

    @Override
    public int setsockopt(int fd, int level, int name, Pointer value, int valueBytes) {
        return result(Libc.setsockopt(fd, level, name, value, valueBytes));
    }

    @Override
    public int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes) {
        return result(Libc.getsockopt(fd, level, name, value, valueBytes));
    }

    @Override
    public int close(int fd) {
        return result(Libc.close(fd));
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    private static int result(int returned) {
        return returned < 0 ? -Native.getLastError() : returned;
    }
}
