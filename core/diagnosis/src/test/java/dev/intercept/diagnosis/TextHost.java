package dev.intercept.diagnosis;

import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host that consists of texts: files, links and the output of commands. */
public final class TextHost implements Host {

    private final Map<String, String> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Map<String, Output> outputs = new HashMap<>();

    public TextHost file(String path, String text) {
        files.put(path, text);
        return this;
    }

    public TextHost link(String path, String target) {
        links.put(path, target);
        return this;
    }

    public TextHost command(String command, String output) {
        outputs.put(command, new Output(0, output));
        return this;
    }

    public TextHost failingCommand(String command, String output) {
        outputs.put(command, new Output(2, output));
        return this;
    }

    @Override
    public Optional<String> read(String path) {
        return Optional.ofNullable(files.get(path));
    }

    @Override
    public List<String> list(String directory) {
        List<String> names = new ArrayList<>();
        for (Map<String, String> each : List.of(files, links)) {
            for (String path : each.keySet()) {
                if (path.startsWith(directory + "/")) {
                    names.add(path.substring(directory.length() + 1).split("/")[0]);
                }
            }
        }
        return names.stream().distinct().sorted().toList();
    }

    @Override
    public Optional<String> link(String path) {
        return Optional.ofNullable(links.get(path));
    }

    @Override
    public Optional<Output> run(String... command) {
        return Optional.ofNullable(outputs.get(String.join(" ", command)));
    }
}
