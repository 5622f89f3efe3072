package dev.intercept.manual;

import dev.intercept.cli.CommandLines;
import dev.intercept.cli.Installation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine;

/** Run by the build: writes the man page, the completion of shells, and the change log in the form of Debian. */
public final class GeneratedFiles {

    /** RFC 1952: the byte for the compression level, and its value for "as hard as possible". */
    private static final int GZIP_EXTRA_FLAGS_OFFSET = 8;

    private static final byte GZIP_SLOWEST = 2;

    private static final DateTimeFormatter DEBIAN_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    private GeneratedFiles() {}

    /** @param args the directory to write to, the time of the release in ISO 8601, and the project's address */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createDirectories(Path.of(args[0]));
        OffsetDateTime release = OffsetDateTime.parse(args[1]);
        CommandLine intercept = CommandLines.create();
        String manPage = manPage(intercept, release.toLocalDate().toString());
        Files.writeString(directory.resolve("intercept.8"), manPage);
        Files.write(directory.resolve("intercept.8.gz"), compressed(manPage));
        // Of man's section 1, where users of the originals look.
        Files.write(directory.resolve("intercept.1.gz"), compressed(".so man8/intercept.8\n"));
        Completion completion = new Completion(intercept);
        Files.writeString(directory.resolve("intercept.bash"), completion.bash());
        Files.writeString(directory.resolve("_intercept"), completion.zsh());
        Files.writeString(directory.resolve("intercept.fish"), completion.fish());
        Files.write(
                directory.resolve("changelog.gz"),
                compressed(debianChangelog(Installation.version(), release, args[2])));
    }

    static String manPage(CommandLine intercept, String date) throws IOException {
        return new ManPage(intercept).render(Installation.version(), date, notes());
    }

    private static String notes() throws IOException {
        try (InputStream in = GeneratedFiles.class.getResourceAsStream("notes.8")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** deb-changelog(5): one entry, for the package; what changed stands in CHANGELOG.md. */
    static String debianChangelog(String version, OffsetDateTime release, String address) {
        return """
                intercept (%s) unstable; urgency=medium

                  * What users notice is in CHANGELOG.md.

                 -- intercept <%s>  %s
                """.formatted(version.replace('-', '~'), address, DEBIAN_DATE.format(release));
    }

    /** As {@code gzip -9n} does: no name, no time, so that equal text gives equal bytes. */
    static byte[] compressed(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new Hardest(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        byte[] file = bytes.toByteArray();
        file[GZIP_EXTRA_FLAGS_OFFSET] = GZIP_SLOWEST;
        return file;
    }

    private static final class Hardest extends GZIPOutputStream {
        Hardest(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
