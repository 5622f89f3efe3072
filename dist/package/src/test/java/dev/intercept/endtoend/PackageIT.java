package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.cli.Installation;
import dev.intercept.kit.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users download. */
class PackageIT {

    private static final String NAME = "intercept-" + Installation.version();
    private static final Path ARCHIVE = Path.of("../target/" + NAME + ".tar.gz");

    /** Lines of "mode owner/group size date time name". */
    private static List<String> listing() throws IOException {
        return Commands.exec("tar", "--numeric-owner", "--utc", "-tvzf", ARCHIVE.toString())
                .lines()
                .toList();
    }

    private static List<String> libraries() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../target/intercept/lib"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar") && !name.startsWith("intercept"))
                    .map(name -> name.replaceFirst("-\\d.*", ""))
                    .distinct()
                    .toList();
        }
    }

    @Test
    void shouldHoldAllInOneDirectoryOfTheReleasesTime() throws IOException {
        for (String line : listing()) {
            assertTrue(line.matches("[-d]rw[-x]r-[-x]r-[-x] 0/0 .* " + NAME + "/.*"), line);
            assertTrue(line.contains(" 00:00 "), "a time of the build instead of the release's: " + line);
        }
    }

    @Test
    void shouldHoldWhatTheServiceAndItsReadersNeed() throws IOException {
        String all = String.join("\n", listing()) + "\n";
        for (String path : List.of(
                "LICENSE",
                "THIRD-PARTY.md",
                "README.md",
                "CHANGELOG.md",
                "docs/writing-a-backend.md",
                "lib/intercept.jar",
                "plugins/README",
                "man/man8/intercept.8",
                "completion/intercept.bash",
                "completion/_intercept",
                "completion/intercept.fish",
                "system/systemd/intercept.service",
                "system/sysusers/intercept.conf",
                "system/logrotate/intercept",
                "system/grafana/intercept.json",
                "system/prometheus/intercept-alerts.yml",
                "system/default/intercept")) {
            assertTrue(all.contains(" " + NAME + "/" + path + "\n"), path);
        }
        assertTrue(all.matches("(?s).*-rwxr-xr-x [^\\n]* " + NAME + "/bin/intercept\\n.*"), all);
    }

    @Test
    void shouldBringTheDashboardAndTheAlertsInTheDebianPackageToo() throws IOException {
        String all = Commands.exec("tar", "-tf", "../target/debian-files.tar");
        assertTrue(all.contains("usr/share/intercept/grafana/intercept.json\n"), all);
        assertTrue(all.contains("usr/share/intercept/prometheus/intercept-alerts.yml\n"), all);
    }

    @Test
    void shouldNameTheLicenceOfEveryLibraryAndNoOther() throws IOException {
        List<String> listed = Files.readAllLines(Path.of("../../THIRD-PARTY.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| library"))
                .map(line -> line.split("\\|")[1].replace("with libffi inside", ""))
                .flatMap(names -> Stream.of(names.split(",")))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .sorted()
                .toList();
        assertEquals(libraries().stream().sorted().toList(), listed);
    }
}
