package dev.intercept.cli;

import dev.intercept.diagnosis.FindingId;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kind of finding by its label, {@code no-tcpcopy}. */
final class FindingName implements ITypeConverter<FindingId> {

    @Override
    public FindingId convert(String value) {
        return FindingId.of(value.strip())
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is no finding"
                        + Suggestions.of(
                                value,
                                Arrays.stream(FindingId.values())
                                        .map(FindingId::label)
                                        .toList())));
    }
}
