package dev.intercept.ipqueue;

import jnr.ffi.types.intptr_t;

/**
 * The functions of the C library, as their man pages declare them. Public because jnr-ffi implements it in another class
 * loader.
 *
 * <p>All parameters are primitive and addresses are numbers, so a call allocates nothing. No call has six parameters: jnr-ffi
 * 2.2 hands the sixth over wrongly on x86-64, which is why sockets here are connected instead of using {@code sendto}.
 */
public interface Libc {

    int socket(int domain, int type, int protocol);

    int bind(int fd, @intptr_t long address, int addressBytes);

    int connect(int fd, @intptr_t long address, int addressBytes);

    int getsockname(int fd, @intptr_t long address, @intptr_t long addressBytes);

    int setsockopt(int fd, int level, int option, @intptr_t long value, int valueBytes);

    int getsockopt(int fd, int level, int option, @intptr_t long value, @intptr_t long valueBytes);

    int sendmsg(int fd, @intptr_t long message, int flags);

    /** Linux 3.0; every C library that Java 17 runs on has the symbol, so only ENOSYS has to be expected. */
    int sendmmsg(int fd, @intptr_t long messages, int length, int flags);

    int recvmsg(int fd, @intptr_t long message, int flags);

    /** Linux 2.6.33. */
    int recvmmsg(int fd, @intptr_t long messages, int length, int flags, @intptr_t long timeout);

    int epoll_create1(int flags);

    int epoll_ctl(int epollFd, int operation, int fd, @intptr_t long event);

    int epoll_wait(int epollFd, @intptr_t long events, int maxEvents, int timeoutMs);

    int eventfd(int initial, int flags);

    int eventfd_write(int fd, long value);

    int usleep(int us);

    int close(int fd);
}
