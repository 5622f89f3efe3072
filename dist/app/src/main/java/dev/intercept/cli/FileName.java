package dev.intercept.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a file or directory; one with letters that the locale does not have cannot be used. */
final class FileName implements ITypeConverter<Path> {

    @Override
    public Path convert(String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(
                    "'" + value + "' cannot be the name of a file in this locale; set LC_ALL=C.UTF-8 and try again");
        }
    }
}
