package dev.intercept.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** What the launcher and the build say about this installation. */
public final class Installation {

    /** Set by the launcher: the directory that has bin, lib and plugins. */
    private static final String HOME_PROPERTY = "intercept.home";

    private Installation() {}

    static Optional<Path> home() {
        return Optional.ofNullable(System.getProperty(HOME_PROPERTY)).map(Path::of);
    }

    static Optional<Path> launcher() {
        return home().map(home -> home.resolve("bin").resolve("intercept"));
    }

    /** The version of this program. */
    public static String version() {
        return property("version.properties", "version");
    }

    /** Of git, with {@code -dirty} where what was built was not committed; empty where the build did not know. */
    static String commit() {
        return property(BuildFacts.FILE, "commit");
    }

    /** Of the commit; empty where the build did not know. */
    static String date() {
        return property(BuildFacts.FILE, "date");
    }

    private static String property(String file, String name) {
        try (InputStream in = Installation.class.getResourceAsStream(file)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
