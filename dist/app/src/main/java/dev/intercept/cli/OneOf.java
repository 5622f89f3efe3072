package dev.intercept.cli;

import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One constant of an enum, written in lower case; picocli makes converters without arguments, hence the subclasses. */
abstract class OneOf<E extends Enum<E>> implements ITypeConverter<E> {

    private final E[] constants;

    OneOf(E[] constants) {
        this.constants = constants;
    }

    @Override
    public E convert(String value) {
        for (E constant : constants) {
            if (constant.name().equalsIgnoreCase(value)) {
                return constant;
            }
        }
        throw new TypeConversionException("'" + value + "' is not one of " + String.join(", ", words()));
    }

    /** As they are written. */
    List<String> words() {
        return Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    static final class Combined extends OneOf<ProtocolOptions.Combined> {
        Combined() {
            super(ProtocolOptions.Combined.values());
        }
    }

    /** A switch that can be turned off again. */
    enum Switch {
        ON,
        OFF
    }

    static final class OnOff extends OneOf<Switch> {
        OnOff() {
            super(Switch.values());
        }
    }

    static final class Level extends OneOf<LogLevel> {
        Level() {
            super(LogLevel.values());
        }
    }

    static final class Format extends OneOf<LogFormat> {
        Format() {
            super(LogFormat.values());
        }
    }

    static final class QuickackMeans extends OneOf<ListenOptions.Quickack> {
        QuickackMeans() {
            super(ListenOptions.Quickack.values());
        }
    }
}
