package dev.intercept.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes, with K, M or G for powers of 1024: {@code 65536}, {@code 64K}, {@code 4M}. */
final class ByteSize implements ITypeConverter<Integer> {

    /** Below, not even one batch of the widest messages fits. */
    static final int MIN_BYTES = 16 << 10;

    static final int MAX_BYTES = 1 << 30;

    private static final Pattern FORM = Pattern.compile("(\\d{1,10})([KMG]?)");
    private static final String UNITS = "KMG";
    private static final int BITS_PER_UNIT = 10;

    @Override
    public Integer convert(String value) {
        Matcher form = FORM.matcher(value.toUpperCase(Locale.ROOT));
        if (form.matches()) {
            int unit = form.group(2).isEmpty() ? 0 : UNITS.indexOf(form.group(2)) + 1;
            long bytes = Long.parseLong(form.group(1)) << unit * BITS_PER_UNIT;
            if (bytes >= MIN_BYTES && bytes <= MAX_BYTES) {
                return (int) bytes;
            }
        }
        throw new TypeConversionException("'" + value + "' is not a size from 16K to 1G");
    }
}
