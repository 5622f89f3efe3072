package dev.intercept.monitor;

import com.google.common.net.InetAddresses;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces IP and MAC addresses by names, the same address by the same name everywhere: {@code ip-1}, {@code mac-1} and so on.
 * Loopback and wildcard addresses stay, since they identify nobody.
 */
final class Redaction {

    private static final Pattern IPV4 = Pattern.compile("(?<![\\d.])\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\d.]*\\d)");
    private static final Pattern IPV6 =
            Pattern.compile("(?<![0-9A-Za-z:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![0-9A-Za-z:])");

    private static final Pattern MAC =
            Pattern.compile("(?<![0-9A-Za-z:])[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}(?![0-9A-Za-z:])");

    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
    private static final String NO_MAC = "00:00:00:00:00:00";

    private final Map<String, String> macs = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    String redact(String text) {
        return replace(IPV6, replace(IPV4, MAC.matcher(text).replaceAll(match -> mac(match.group()))));
    }

    private String replace(Pattern pattern, String text) {
        return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(name(match.group())));
    }

    private String mac(String address) {
        boolean tellsNothing = address.equalsIgnoreCase(BROADCAST) || address.equals(NO_MAC);
        return tellsNothing
                ? address
                : macs.computeIfAbsent(address.toLowerCase(Locale.ROOT), key -> "mac-" + (macs.size() + 1));
    }

    private String name(String address) {
        if (!InetAddresses.isInetAddress(address)) {
            return address;
        }
        var parsed = InetAddresses.forString(address);
        if (parsed.isLoopbackAddress() || parsed.isAnyLocalAddress()) {
            return address;
        }
        return names.computeIfAbsent(parsed.getHostAddress(), key -> "ip-" + (names.size() + 1));
    }
}
