package dev.intercept.monitor;

import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the status sockets of this user's intercepts are, each named after its process: {@code /run/intercept/1234.sock}. */
public final class RuntimeDirectory {

    private static final String SUFFIX = ".sock";

    private final Path directory;

    RuntimeDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * The one that a service manager made, systemd.exec(5); {@code /run/intercept} for root; for others below XDG_RUNTIME_DIR
     * or, without one, in the directory for temporary files.
     */
    public static RuntimeDirectory ofThisUser() {
        String ofService = System.getenv("RUNTIME_DIRECTORY");
        if (ofService != null && ofService.startsWith("/")) {
            return new RuntimeDirectory(Path.of(ofService.split(":")[0]));
        }
        Path run = Path.of("/run");
        if (Files.isWritable(run)) {
            return new RuntimeDirectory(run.resolve("intercept"));
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return new RuntimeDirectory(
                runtime != null && runtime.startsWith("/")
                        ? Path.of(runtime, "intercept")
                        : Path.of(
                                System.getProperty("java.io.tmpdir"), "intercept-" + System.getProperty("user.name")));
    }

    public Path socketOf(long pid) {
        return directory.resolve(pid + SUFFIX);
    }

    /** Creates the directory for its owner alone, and removes sockets whose process is gone. */
    public void prepare() throws IOException {
        if (!Files.isDirectory(directory)) {
            create();
        }
        for (Path socket : sockets()) {
            if (!isAlive(socket)) {
                Files.deleteIfExists(socket);
            }
        }
    }

    private void create() throws IOException {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new IOException(directory + ": " + IoFailure.reason(e), e);
        }
    }

    /** The sockets of processes that live. */
    public List<Path> living() {
        try {
            return sockets().stream().filter(RuntimeDirectory::isAlive).toList();
        } catch (IOException e) {
            return List.of(); // No intercept of this user has run since the machine was started.
        }
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return new ArrayList<>(
                    entries.filter(RuntimeDirectory::isSocketName).sorted().toList());
        }
    }

    private static boolean isSocketName(Path path) {
        return path.getFileName().toString().matches("\\d{1,18}\\.sock");
    }

    private static boolean isAlive(Path socket) {
        String name = socket.getFileName().toString();
        long pid = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        return ProcessHandle.of(pid).isPresent();
    }
}
