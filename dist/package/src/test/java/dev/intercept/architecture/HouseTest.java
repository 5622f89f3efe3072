package dev.intercept.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tree in docs/architecture.md has every package of the program, below its module, and no other. */
class HouseTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    /** Somebody else's. */
    private static final String EXAMPLES = "dist/package/src/it";

    private static Set<String> built() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.endsWith("package-info.java"))
                    .map(file -> ROOT.relativize(file.getParent()).toString())
                    .filter(place -> !place.startsWith(EXAMPLES) && !place.contains("/target/"))
                    .map(place -> place.split("/src/main/java/"))
                    .filter(place -> place.length == 2)
                    .map(place -> place[0] + " " + place[1].replace('/', '.'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> drawn() throws IOException {
        Set<String> packages = new TreeSet<>();
        String page = Files.readString(ROOT.resolve("docs/architecture.md"));
        String house = page.split("## The house\\s+```\\n")[1].split("```")[0];
        String module = "";
        for (String line : house.split("\n")) {
            String[] words = line.strip().split("\\s+");
            boolean isNewModule = !line.startsWith(" ");
            module = isNewModule ? words[0] : module;
            String name = words[isNewModule ? 1 : 0].replace("….", "dev.intercept.");
            if (name.startsWith("dev.")) {
                packages.add(module + " " + name);
            }
        }
        return packages;
    }

    @Test
    void shouldBeDrawnWithEachPackageBelowItsModule() throws IOException {
        assertEquals(String.join("\n", built()), String.join("\n", drawn()));
    }
}
