package dev.intercept.restart;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** The C library's calls; an error comes as an exception with its errno. */
interface Libc extends Library {

    /** linux/fcntl.h */
    int F_SETFD = 2;

    int FD_CLOEXEC = 1;

    /** linux/memfd.h */
    int MFD_CLOEXEC = 1;

    /** linux/prctl.h */
    int PR_CAP_AMBIENT = 47;

    int PR_CAP_AMBIENT_RAISE = 2;

    static Libc load() {
        return Native.load("c", Libc.class);
    }

    int memfd_create(String name, int flags) throws LastErrorException;

    int fcntl(int fd, int command, int argument) throws LastErrorException;

    int close(int fd) throws LastErrorException;

    int setenv(String name, String value, int overwrite) throws LastErrorException;

    int unsetenv(String name) throws LastErrorException;

    int execv(String program, String[] arguments) throws LastErrorException;

    int geteuid();

    int capset(int[] header, int[] data) throws LastErrorException;

    int prctl(int option, NativeLong a, NativeLong b, NativeLong c, NativeLong d) throws LastErrorException;
}
