package dev.intercept.netlink;

/** Error numbers of Linux that this program distinguishes; those of x86, Arm, POWER and z, asm-generic/errno.h. */
public final class Errno {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSYS = 38;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;

    private Errno() {}

    /** For an error text: {@code "EBUSY (16)"}, or {@code "errno 71"} for one without a name here. */
    public static String text(int errno) {
        String name =
                switch (errno) {
                    case EPERM -> "EPERM";
                    case ENOENT -> "ENOENT";
                    case EINTR -> "EINTR";
                    case EIO -> "EIO";
                    case EBADF -> "EBADF";
                    case EAGAIN -> "EAGAIN";
                    case ENOMEM -> "ENOMEM";
                    case EACCES -> "EACCES";
                    case EFAULT -> "EFAULT";
                    case EBUSY -> "EBUSY";
                    case EEXIST -> "EEXIST";
                    case ENODEV -> "ENODEV";
                    case EINVAL -> "EINVAL";
                    case ENFILE -> "ENFILE";
                    case EMFILE -> "EMFILE";
                    case ENOSYS -> "ENOSYS";
                    case ENOPROTOOPT -> "ENOPROTOOPT";
                    case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
                    case EOPNOTSUPP -> "EOPNOTSUPP";
                    case EAFNOSUPPORT -> "EAFNOSUPPORT";
                    case EADDRINUSE -> "EADDRINUSE";
                    case ENOBUFS -> "ENOBUFS";
                    case ECONNREFUSED -> "ECONNREFUSED";
                    default -> "";
                };
        return name.isEmpty() ? "errno " + errno : name + " (" + errno + ")";
    }
}
