package dev.intercept.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Run by the build: writes of which commit it is, for {@code -v}. Two builds of a commit write the same. What is built from an archive
 * without git's directory is of no known commit, and has its date from {@code SOURCE_DATE_EPOCH} (reproducible-builds.org), if any.
 */
public final class BuildFacts {

    /** Beside this class. */
    static final String FILE = "build.properties";

    private static final int DIGITS = 12;

    private BuildFacts() {}

    /** @param args the directory of classes to write to, and the root of the sources */
    public static void main(String[] args) throws IOException {
        Path file =
                Path.of(args[0], BuildFacts.class.getPackageName().split("\\.")).resolve(FILE);
        Files.writeString(file, text(Path.of(args[1]), Optional.ofNullable(System.getenv("SOURCE_DATE_EPOCH"))));
    }

    /** As java.util.Properties reads it; a value that is not known is empty. */
    static String text(Path root, Optional<String> epoch) throws IOException {
        boolean isOfGit = git(root, "rev-parse", "--show-toplevel")
                .filter(top -> isSame(Path.of(top), root))
                .isPresent();
        Optional<String> commit = isOfGit
                ? git(root, "describe", "--always", "--dirty", "--exclude=*", "--abbrev=" + DIGITS)
                : Optional.empty();
        Optional<String> seconds = epoch.or(() -> isOfGit ? git(root, "log", "-1", "--format=%ct") : Optional.empty());
        return "commit=" + commit.orElse("") + "\ndate="
                + seconds.map(BuildFacts::date).orElse("") + "\n";
    }

    private static boolean isSame(Path top, Path root) {
        try {
            return Files.isSameFile(top, root);
        } catch (IOException e) {
            return false;
        }
    }

    private static String date(String seconds) {
        return Instant.ofEpochSecond(Long.parseLong(seconds.strip()))
                .atOffset(ZoneOffset.UTC)
                .toLocalDate()
                .toString();
    }

    /** The sources may belong to another user than the one who builds. */
    private static Optional<String> git(Path root, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "-c", "safe.directory=*", "-C", root.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 && !answer.isEmpty() ? Optional.of(answer) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // There is no git here.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
