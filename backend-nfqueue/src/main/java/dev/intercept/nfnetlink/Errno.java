package dev.intercept.nfnetlink;

/** Error numbers of Linux, asm-generic/errno.h, as far as somebody here tells them apart. */
public final class Errno {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOSYS = 38;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int ENOBUFS = 105;

    private Errno() {}

    /** For an error text: {@code "EBUSY (16)"}, or the bare number where it has no name here. */
    public static String text(int errno) {
        String name =
                switch (errno) {
                    case EPERM -> "EPERM";
                    case ENOENT -> "ENOENT";
                    case EINTR -> "EINTR";
                    case EAGAIN -> "EAGAIN";
                    case EACCES -> "EACCES";
                    case EBUSY -> "EBUSY";
                    case EEXIST -> "EEXIST";
                    case EINVAL -> "EINVAL";
                    case ENOSYS -> "ENOSYS";
                    case ENOPROTOOPT -> "ENOPROTOOPT";
                    case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
                    case EOPNOTSUPP -> "EOPNOTSUPP";
                    case EAFNOSUPPORT -> "EAFNOSUPPORT";
                    case ENOBUFS -> "ENOBUFS";
                    default -> "errno";
                };
        return name + " (" + errno + ")";
    }
}
