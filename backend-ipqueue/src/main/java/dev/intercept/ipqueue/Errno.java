package dev.intercept.ipqueue;

/** The error numbers that mean something to this backend; those of Linux on x86, Arm, POWER and z. */
final class Errno {

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EBUSY = 16;
    static final int EINVAL = 22;
    static final int ENOSYS = 38;
    static final int EPROTONOSUPPORT = 93;
    static final int EADDRINUSE = 98;
    static final int ENOBUFS = 105;
    static final int ECONNREFUSED = 111;

    private Errno() {}

    /** For messages: {@code EBUSY (16)}, or {@code errno 71} for one without a name here. */
    static String describe(int errno) {
        String name =
                switch (errno) {
                    case EPERM -> "EPERM";
                    case ENOENT -> "ENOENT";
                    case EINTR -> "EINTR";
                    case EAGAIN -> "EAGAIN";
                    case ENOMEM -> "ENOMEM";
                    case EBUSY -> "EBUSY";
                    case EINVAL -> "EINVAL";
                    case ENOSYS -> "ENOSYS";
                    case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
                    case EADDRINUSE -> "EADDRINUSE";
                    case ENOBUFS -> "ENOBUFS";
                    case ECONNREFUSED -> "ECONNREFUSED";
                    default -> "";
                };
        return name.isEmpty() ? "errno " + errno : name + " (" + errno + ")";
    }
}
