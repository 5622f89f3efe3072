package dev.intercept.selftest;

import dev.intercept.spi.CaptureRules;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which kernels hand packets up in private network namespaces. ip_queue never did; nfnetlink_queue and nfnetlink_log do since
 * Linux 3.8: before, they can be bound anywhere and get the packets of the first namespace only.
 */
final class KernelNamespaces {

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final int MAJOR = 3;
    private static final int MINOR = 8;

    private KernelNamespaces() {}

    /**
     * Whether a test of this backend has to run in the first namespace.
     *
     * @param release as {@code uname -r} prints it
     * @param rules of the backend; empty where no rule feeds it
     */
    static boolean needFirst(String release, Optional<CaptureRules> rules) {
        return rules.map(CaptureRules::mechanism)
                .map(mechanism -> switch (mechanism) {
                    case IP_QUEUE -> true;
                    case NFQUEUE, NFLOG -> isBefore38(release);
                    case OTHER -> false;
                })
                .orElse(false);
    }

    private static boolean isBefore38(String release) {
        Matcher version = RELEASE.matcher(release);
        if (!version.matches()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        return major < MAJOR || major == MAJOR && Integer.parseInt(version.group(2)) < MINOR;
    }
}
