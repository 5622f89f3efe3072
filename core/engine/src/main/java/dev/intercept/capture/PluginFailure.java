package dev.intercept.capture;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Why a plug-in's jar cannot be used, in words for its user: what is wrong with it, and what to do. */
final class PluginFailure {

    private static final String NEXT_STEP = "; take another release of the plug-in, or remove the jar";

    private PluginFailure() {}

    /** What is wrong with the archive itself; empty when it can be read. */
    static Optional<String> ofArchive(Path jar) {
        try {
            new ZipFile(jar.toFile()).close();
            return Optional.empty();
        } catch (ZipException e) {
            return Optional.of("this is no jar, or a damaged one; copy it here again, or remove it");
        } catch (IOException e) {
            return Optional.of("cannot be read: " + IoFailure.reason(e) + "; correct that, or remove the jar");
        }
    }

    /** @param e what loading a provider ended with */
    static String ofProvider(Throwable e) {
        return "a backend cannot be loaded: " + reason(e, rootCause(e)) + NEXT_STEP;
    }

    private static String reason(Throwable e, Throwable cause) {
        if (cause instanceof UnsupportedClassVersionError) {
            return "it was compiled for a newer Java than this one, " + System.getProperty("java.version");
        }
        if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
            return "it needs the class " + String.valueOf(cause.getMessage()).replace('/', '.')
                    + ", which is not there";
        }
        if (e instanceof ServiceConfigurationError && e == cause) {
            return ofServiceFile(String.valueOf(e.getMessage()));
        }
        return cause instanceof LinkageError
                ? "it does not fit this intercept (" + cause.getMessage() + ")"
                : "it fails while it is made (" + cause + ")";
    }

    /** The service loader says "INTERFACE: Provider CLASS not found", "not a subtype", or what it cannot parse. */
    private static String ofServiceFile(String message) {
        String text = message.substring(message.indexOf(": ") + 2);
        String provider = text.replaceFirst("^(?:Provider )?(\\S+) not .*$", "$1");
        if (provider.equals(text)) {
            return "META-INF/services is not as it should be (" + text + ")";
        }
        return text.endsWith(" not found")
                ? "META-INF/services names the class " + provider + ", which is not in the jar"
                : "META-INF/services names the class " + provider + ", which is no CaptureBackendProvider";
    }

    private static Throwable rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
