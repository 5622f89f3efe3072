package dev.intercept.cli;

import dev.intercept.server.Keepalive;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code IDLE}, {@code IDLE/INTERVAL/PROBES} or {@code off}; the kernel takes up to 32767 s and 127 probes. */
final class KeepaliveTimes implements ITypeConverter<Keepalive> {

    private static final Pattern TIMES = Pattern.compile("(\\d{1,5})(?:/(\\d{1,5})/(\\d{1,3}))?");
    private static final int MAX_SECONDS = 32767;
    private static final int MAX_PROBES = 127;

    @Override
    public Keepalive convert(String value) {
        if (value.equals("off")) {
            return Keepalive.OFF;
        }
        Matcher times = TIMES.matcher(value);
        if (times.matches()) {
            Keepalive keepalive = new Keepalive(
                    Integer.parseInt(times.group(1)),
                    number(times.group(2), Keepalive.DEFAULT.intervalS()),
                    number(times.group(3), Keepalive.DEFAULT.probes()));
            if (isWithin(keepalive.idleS(), MAX_SECONDS)
                    && isWithin(keepalive.intervalS(), MAX_SECONDS)
                    && isWithin(keepalive.probes(), MAX_PROBES)) {
                return keepalive;
            }
        }
        throw new TypeConversionException(
                "'" + value + "' is not off, nor seconds such as 60, nor 60/20/3: silence before the"
                        + " first probe, seconds between probes (both 1 to " + MAX_SECONDS + "), and probes (1 to "
                        + MAX_PROBES + ")");
    }

    private static int number(String text, int otherwise) {
        return text == null ? otherwise : Integer.parseInt(text);
    }

    private static boolean isWithin(int number, int max) {
        return number >= 1 && number <= max;
    }
}
