package dev.intercept.pcap;

import com.sun.jna.Pointer;
import org.pcap4j.core.PcapNativeException;

/**
 * What the capture on a device asks of libpcap and the C library, each as its man page has it. A system call returns its result, or
 * the negated error number when it failed.
 *
 * <p>This is the border to the kernel: a test lets calls fail here. Thread rule: any thread.
 */
interface DeviceCalls {

    /** pcap_create(), the settings, pcap_activate(). */
    DeviceHandle open(String device, PcapSettings settings) throws PcapNativeException;

    int eventfd(int initial, int flags);

    int epollCreate(int flags);

    /** EPOLL_CTL_ADD. */
    int epollAdd(int epollFd, int fd, Pointer event);

    int epollWait(int epollFd, Pointer events, int maxEvents, int timeoutMs);

    int write(int fd, Pointer bytes, int count);

    int socket(int domain, int type, int protocol);

    int ioctl(int fd, long request, Pointer argument);

    int setsockopt(int fd, int level, int name, Pointer value, int valueBytes);

    int getsockopt(int fd, int level, int name, Pointer value, Pointer valueBytes);

    int close(int fd);

    /** As {@link System#nanoTime}. */
    long nanoTime();
}
