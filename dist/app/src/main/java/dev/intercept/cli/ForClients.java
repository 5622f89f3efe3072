package dev.intercept.cli;

import dev.intercept.net.Cidr;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A value for all clients, {@code VALUE}, or for those of one network, {@code ADDRESS=VALUE}.
 *
 * @param clients empty for all
 */
record ForClients(Optional<Cidr> clients, String value) {

    private static ForClients parse(String text) {
        int equalsSign = text.lastIndexOf('=');
        return equalsSign < 0
                ? new ForClients(Optional.empty(), text)
                : new ForClients(
                        Optional.of(Cidr.parse(text.substring(0, equalsSign))), text.substring(equalsSign + 1));
    }

    /** Checks the value; picocli makes converters without arguments, hence the subclass per kind of value. */
    abstract static class Converter implements ITypeConverter<ForClients> {

        private final ITypeConverter<?> values;

        Converter(ITypeConverter<?> values) {
            this.values = values;
        }

        /** Those for all clients; none where they are not words. */
        List<String> words() {
            return values instanceof OneOf<?> constants ? constants.words() : List.of();
        }

        @Override
        public ForClients convert(String text) throws Exception {
            try {
                ForClients parsed = parse(text);
                values.convert(parsed.value);
                return parsed;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class OfGeneration extends Converter {
        OfGeneration() {
            super(new GenerationName());
        }
    }

    static final class OfCombined extends Converter {
        OfCombined() {
            super(new OneOf.Combined());
        }
    }

    static final class OfSwitch extends Converter {
        OfSwitch() {
            super(new OneOf.OnOff());
        }
    }

    static final class GenerationName implements ITypeConverter<Generation> {
        @Override
        public Generation convert(String value) {
            return Generation.named(value)
                    .orElseThrow(
                            () -> new TypeConversionException("'" + value + "' is not one of " + Generation.names()));
        }
    }

    Generation generation() {
        return new GenerationName().convert(value);
    }

    ProtocolOptions.Combined combined() {
        return new OneOf.Combined().convert(value);
    }

    boolean isOn() {
        return new OneOf.OnOff().convert(value) == OneOf.Switch.ON;
    }
}
