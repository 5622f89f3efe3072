package dev.intercept.selftest;

import java.util.Locale;

/** Figures as people read them. */
final class Units {

    private static final double NS_PER_S = 1e9;
    private static final int KIB = 1024;

    private Units() {}

    /** {@code "0.41 s"}, {@code "12.3 s"}. */
    static String seconds(long ns) {
        double seconds = ns / NS_PER_S;
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
    }

    /** {@code "512 bytes"}, {@code "18.4 KiB"}, {@code "3.1 MiB"}. */
    static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + " bytes";
        }
        boolean isMega = bytes >= (long) KIB * KIB;
        return String.format(
                Locale.ROOT, "%.1f %s", bytes / (isMega ? (double) KIB * KIB : KIB), isMega ? "MiB" : "KiB");
    }

    /** {@code "1 packet"}, {@code "0 packets"}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
