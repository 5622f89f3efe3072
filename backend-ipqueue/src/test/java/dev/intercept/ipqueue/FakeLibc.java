package dev.intercept.ipqueue;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.types.intptr_t;
import jnr.ffi.types.ssize_t;

/** What the C library offers and only the kernel's side needs. */
public interface FakeLibc {

    FakeLibc LOADED = LibraryLoader.create(FakeLibc.class).load("c");

    @ssize_t
    long recvmsg(int fd, @intptr_t long header, int flags);

    @ssize_t
    long sendmsg(int fd, @intptr_t long header, int flags);

    int prctl(int option, @intptr_t long a, @intptr_t long b, @intptr_t long c, @intptr_t long d);

    static int errno() {
        return Runtime.getRuntime(LOADED).getLastError();
    }
}
