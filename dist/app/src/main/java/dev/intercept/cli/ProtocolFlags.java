package dev.intercept.cli;

import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What was decided when tcpcopy was built and its bytes do not tell. */
final class ProtocolFlags {

    @Option(
            names = "--combined",
            paramLabel = "MODE",
            converter = OneOf.Combined.class,
            defaultValue = "auto",
            description = "messages in batches: on, off (--disable-combined) or auto, as the generation does "
                    + "(default: ${DEFAULT-VALUE})")
    Combined combined;

    @Option(names = "--payload", description = "tcpcopy was built with --payload")
    boolean payload;

    @Option(names = "--single", description = "tcpcopy was built with --single: it announces no sessions")
    boolean single;

    @Option(
            names = "--generation",
            paramLabel = "VERSION",
            converter = GenerationName.class,
            description = "version of those tcpcopies that cannot be told apart: 0.7, 0.8 or 0.9 (default: 0.7)")
    Generation generation;

    ProtocolOptions options() {
        return new ProtocolOptions(combined, payload, single, Optional.ofNullable(generation));
    }

    static final class GenerationName implements ITypeConverter<Generation> {
        @Override
        public Generation convert(String value) {
            return Generation.named(value)
                    .orElseThrow(
                            () -> new TypeConversionException("'" + value + "' is not one of " + Generation.names()));
        }
    }
}
