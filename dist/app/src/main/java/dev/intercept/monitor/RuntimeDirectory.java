package dev.intercept.monitor;

import dev.intercept.daemon.Account;
import dev.intercept.daemon.Pinned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the status sockets of this user's intercepts are, each named after its process: {@code /run/intercept/1234.sock}. What
 * root started to go on as another user has a directory of that user's in it: {@code /run/intercept/nobody/1234.sock}.
 */
public final class RuntimeDirectory {

    private static final String SUFFIX = ".sock";
    private static final String FOR_OWNER = "rwx------";

    /** The owner of a directory in it may go there. */
    private static final String FOR_ACCOUNTS = "rwx--x--x";

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

    /**
     * Creates the directory for its owner alone, and removes sockets whose process is gone.
     *
     * @param account who is to own it; empty for this user
     * @return the directory to put a socket in
     * @throws IOException when it cannot be made or belongs to somebody else, who could exchange what is in it
     */
    public RuntimeDirectory prepare(Optional<Account> account) throws IOException {
        create(directory, FOR_OWNER);
        RuntimeDirectory chosen = this;
        try (Pinned pinned = Pinned.directory(directory)) {
            if (account.isPresent() && pinned.owner() != account.get().userId()) {
                chosen = below(pinned, account.get());
            } else if (account.isEmpty()) {
                refuseUnlessOf(Pinned.ownUserId(), pinned, directory);
            }
        } catch (IOException e) {
            throw new IOException("status socket in " + directory + ": " + e.getMessage(), e);
        }
        chosen.removeStale();
        return chosen;
    }

    private RuntimeDirectory below(Pinned pinned, Account account) throws IOException {
        refuseUnlessOf(Pinned.ownUserId(), pinned, directory);
        Files.setPosixFilePermissions(pinned.path(), PosixFilePermissions.fromString(FOR_ACCOUNTS));
        Path below = pinned.path().resolve(account.name());
        boolean isNew = create(below, FOR_OWNER);
        try (Pinned ofAccount = Pinned.directory(below)) {
            if (isNew) {
                ofAccount.giveTo(account);
            }
            refuseUnlessOf(account.userId(), ofAccount, directory.resolve(account.name()));
        }
        return new RuntimeDirectory(directory.resolve(account.name()));
    }

    private static boolean create(Path directory, String mode) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        return true;
    }

    private static void refuseUnlessOf(int userId, Pinned directory, Path path) throws IOException {
        if (directory.owner() != userId) {
            throw new IOException("the directory belongs to user " + directory.owner()
                    + ", who could exchange the socket; when no intercept of that user runs, remove it: rm -r "
                    + path);
        }
    }

    private void removeStale() throws IOException {
        for (Path socket : sockets(directory)) {
            if (!isAlive(socket)) {
                Files.deleteIfExists(socket);
            }
        }
    }

    /** The sockets of processes that live. */
    public List<Path> living() {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> directories = Stream.concat(
                            Stream.of(directory),
                            entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)))
                    .filter(RuntimeDirectory::isTrusted)
                    .toList();
            return directories.stream()
                    .flatMap(each -> sockets(each).stream())
                    .filter(RuntimeDirectory::isAlive)
                    .toList();
        } catch (IOException e) {
            return List.of(); // No intercept of this user has run since the machine was started.
        }
    }

    /** What another user calls a socket of intercept's may be anything; root asks those that root let start. */
    private static boolean isTrusted(Path directory) {
        try (Pinned pinned = Pinned.directory(directory)) {
            return Pinned.ownUserId() == 0 || pinned.owner() == Pinned.ownUserId();
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> sockets(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(RuntimeDirectory::isSocketName).sorted().toList();
        } catch (IOException e) {
            return List.of(); // Gone meanwhile.
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
