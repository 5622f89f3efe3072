package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A plug-in jar with one compiled provider, right or broken as a test wants it. */
final class PluginJar {

    private static final String SERVICE_FILE = "META-INF/services/dev.intercept.spi.CaptureBackendProvider";

    private PluginJar() {}

    /**
     * Compiles and packs a provider class {@code Plugin}.
     *
     * @param members what differs from the defaults: methods, a constructor, a static initializer
     */
    static Path write(Path directory, String jarName, String name, int priority, int spiVersion, String members)
            throws IOException {
        return write(directory, jarName, source(name, priority, spiVersion, members));
    }

    /** Compiles and packs this text of a class {@code Plugin}, with these jars before this test's class path. */
    static Path write(Path directory, String jarName, String text, Path... jars) throws IOException {
        Path source =
                Files.createDirectories(directory.resolve(jarName + "-src")).resolve("Plugin.java");
        Files.writeString(source, text);
        String classPath = Stream.concat(
                        Stream.of(jars).map(Path::toString), Stream.of(System.getProperty("java.class.path")))
                .collect(Collectors.joining(File.pathSeparator));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-XDsuppressNotes", "-cp", classPath, source.toString());
        assertEquals(0, result, "the plug-in of the test compiles");
        return pack(directory.resolve(jarName + ".jar"), source.resolveSibling("Plugin.class"), "Plugin\n");
    }

    /** A jar whose service file has the given lines. */
    static Path pack(Path jar, Path classFile, String services) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            if (classFile != null) {
                out.putNextEntry(new JarEntry("Plugin.class"));
                out.write(Files.readAllBytes(classFile));
            }
            if (services != null) {
                out.putNextEntry(new JarEntry(SERVICE_FILE));
                out.write(services.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            out.putNextEntry(new JarEntry("README"));
        }
        return jar;
    }

    /** Puts a directory of a library and all below it into a jar, as a shading plug-in of a build tool does. */
    static void shade(Path jar, Path library, String directory) throws IOException {
        try (FileSystem target = FileSystems.newFileSystem(jar);
                FileSystem source = FileSystems.newFileSystem(library);
                Stream<Path> files = Files.walk(source.getPath(directory))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.getPath(file.toString());
                if (!Files.exists(copy)) {
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    static String source(String name, int priority, int spiVersion, String members) {
        return String.join(
                "\n",
                List.of(
                        "import dev.intercept.spi.*;",
                        "import java.util.*;",
                        "public class Plugin implements CaptureBackendProvider {",
                        "  public String name() { return \"" + name + "\"; }",
                        "  public String description() { return \"made by a test\"; }",
                        "  public int priority() { return " + priority + "; }",
                        "  public int spiVersion() { return " + spiVersion + "; }",
                        "  public List<BackendOption> options() { return List.of(); }",
                        "  public List<CaptureBackend> open(BackendOptions o) throws BackendException {",
                        "    throw new BackendException(BackendException.Kind.REFUSED, \"not in a test\"); }",
                        members.contains("unavailabilityCause")
                                ? ""
                                : "  public Optional<String> unavailabilityCause() { return Optional.empty(); }",
                        members,
                        "}"));
    }
}
