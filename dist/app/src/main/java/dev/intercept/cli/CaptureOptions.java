package dev.intercept.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which backend captures the responses. */
final class CaptureOptions {

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "how responses are captured (default: ipqueue, or nfqueue where the kernel has no ip_queue)")
    @Nullable
    String backend;

    @Option(names = "--list-backends", description = "list the backends, whether they work here, and exit")
    boolean listBackends;

    @Option(
            names = "--plugin-path",
            paramLabel = "DIR",
            converter = FileName.class,
            split = ":",
            description = "further directories with jars of backends, between colons")
    List<Path> pluginPath = new ArrayList<>();

    /** A directory that is not there would have another backend chosen than the one in it. */
    void refuseMissingDirectory(CommandLine commandLine) {
        for (Path directory : pluginPath) {
            if (!Files.isDirectory(directory)) {
                throw new ParameterException(
                        commandLine,
                        "--plugin-path: '" + directory + "' is "
                                + (Files.exists(directory) ? "no directory" : "not there")
                                + "; name the directory that has the jars");
            }
        }
    }

    /** Where the installation keeps plug-ins, and what the user added. */
    List<Path> allPluginDirectories() {
        List<Path> directories = new ArrayList<>();
        Installation.home().ifPresent(home -> directories.add(home.resolve("plugins")));
        directories.addAll(pluginPath);
        return directories;
    }
}
