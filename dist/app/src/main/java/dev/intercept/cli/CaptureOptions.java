package dev.intercept.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which backend captures the responses. */
final class CaptureOptions {

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "how responses are captured (default: ipqueue, or nfqueue where the kernel has no ip_queue)")
    String backend;

    @Option(names = "--list-backends", description = "list the backends, whether they work here, and exit")
    boolean listBackends;

    @Option(
            names = "--plugin-path",
            paramLabel = "DIR",
            split = ":",
            description = "further directories with jars of backends, between colons")
    List<Path> pluginPath = new ArrayList<>();

    /** Where the installation keeps plug-ins, and what the user added. */
    List<Path> allPluginDirectories() {
        List<Path> directories = new ArrayList<>();
        Installation.home().ifPresent(home -> directories.add(home.resolve("plugins")));
        directories.addAll(pluginPath);
        return directories;
    }
}
