package dev.intercept.daemon;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory held by its descriptor, so that what is done to it is done to this one, whatever somebody makes of its name
 * meanwhile. The JDK works with it by way of {@code /proc/self/fd}, proc(5).
 *
 * <p>The way there follows symbolic links only where nobody but root and this user can have put them: a process of root's would
 * otherwise write to, and give away, whatever file the owner of a directory points it to. Any thread.
 */
public final class Pinned implements AutoCloseable {

    /** fcntl.h; O_NOFOLLOW is not the same on all processors. */
    private static final int O_CREATE_NEW = 1 | 0x40 | 0x80;

    private static final int O_CLOEXEC = 0x80000;
    private static final int O_PATH = 0x200000 | O_CLOEXEC;
    private static final int O_NOFOLLOW = Platform.isARM() || Platform.isPPC() ? 0x8000 : 0x20000;

    private static final String NOTHING_MADE = "";
    private static final int CLOSED_TO_OTHERS = 0600;

    private static final int ENOENT = 2;
    private static final int EEXIST = 17;

    private static final int OTHERS_WRITE = 2;
    private static final int GROUP_WRITES = 020;

    /** As in the kernel, path_resolution(7). */
    private static final int MAX_LINKS = 40;

    private static final String PROC = "/proc";
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** The C library's calls; an error comes as an exception with its errno. */
    interface Libc extends Library {
        int geteuid();

        int getegid();

        int open(String path, int flags, int mode) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private static final Libc LIBC = Native.load("c", Libc.class);

    private final int fd;
    private final @Nullable Pinned directory;
    private final @Nullable Path name;
    private final @Nullable Path asked;

    private Pinned(int fd, @Nullable Pinned directory, @Nullable Path name, @Nullable Path asked) {
        this.fd = fd;
        this.directory = directory;
        this.name = name;
        this.asked = asked;
    }

    /**
     * An existing directory.
     *
     * @throws IOException whose text is the reason alone, as of all methods here
     */
    public static Pinned directory(Path path) throws IOException {
        return new Walk(path.resolve(".")).end(NOTHING_MADE);
    }

    /**
     * A file, made if it is not there.
     *
     * @param mode of a new one whatever the umask, {@code rw-r-----}; one that is there keeps its own
     */
    public static Pinned file(Path path, String mode) throws IOException {
        return new Walk(path).end(mode);
    }

    /** Names this very file; in a directory, what is resolved against it. */
    public Path path() {
        return DESCRIPTORS.resolve(Integer.toString(fd));
    }

    /** Where it was found, in the very directory. */
    private Path place() {
        return Objects.requireNonNull(directory, "a directory's own place is its path")
                .path()
                .resolve(Objects.requireNonNull(name));
    }

    /** A stream to its end. A FIFO is opened for reading too, fifo(7): otherwise opening it waits until somebody reads there. */
    public FileOutputStream append() throws IOException {
        String file = path().toString();
        try {
            return isSpecial()
                    ? new FileOutputStream(new RandomAccessFile(file, "rw").getFD())
                    : new FileOutputStream(file, true);
        } catch (FileNotFoundException e) {
            throw new IOException(String.valueOf(e.getMessage()).replaceFirst("^.*\\((.*)\\)$", "$1"), e);
        }
    }

    private boolean isSpecial() {
        return !Files.isRegularFile(path()) && !Files.isDirectory(path());
    }

    /** Whether its name still leads to it. */
    public boolean isInPlace() throws IOException {
        try {
            Object there = Files.readAttributes(place(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            return there.equals(
                    Files.readAttributes(path(), BasicFileAttributes.class).fileKey());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Removes its name, unless it leads to another file by now. */
    public void remove() throws IOException {
        if (isInPlace()) {
            Files.delete(place());
        }
    }

    /** Changes its owner; a device such as /dev/stderr keeps its own. */
    public void giveTo(Account account) throws IOException {
        if (!isSpecial()) {
            Files.setAttribute(path(), "unix:gid", account.groupId());
            Files.setAttribute(path(), "unix:uid", account.userId());
        }
    }

    /** The user as whom this process acts. */
    public static int ownUserId() {
        return LIBC.geteuid();
    }

    /** The user id of its owner. */
    public int owner() throws IOException {
        return attribute(attributes(), "uid");
    }

    /** Whether nobody but root and this user can add a name to this directory. */
    private boolean isOursAlone() throws IOException {
        Map<String, Object> attributes = attributes();
        int mode = attribute(attributes, "mode");
        int group = attribute(attributes, "gid");
        boolean isOfOthers = !isOurs(attribute(attributes, "uid"), LIBC.geteuid());
        boolean isOfOtherGroup = (mode & GROUP_WRITES) != 0 && !isOurs(group, LIBC.getegid());
        return !isOfOthers && !isOfOtherGroup && (mode & OTHERS_WRITE) == 0;
    }

    private static boolean isOurs(int id, int own) {
        return id == 0 || id == own;
    }

    private Map<String, Object> attributes() throws IOException {
        return Files.readAttributes(path(), "unix:uid,gid,mode,nlink");
    }

    private static int attribute(Map<String, Object> attributes, String name) {
        return (Integer) Objects.requireNonNull(attributes.get(name), name);
    }

    /** As asked for. */
    @Override
    public String toString() {
        return String.valueOf(asked);
    }

    @Override
    public void close() {
        LIBC.close(fd);
        if (directory != null) {
            directory.close();
        }
    }

    private static int open(Path path, int flags, int mode) throws IOException {
        try {
            return LIBC.open(path.toString(), flags, mode);
        } catch (LastErrorException e) {
            throw new IOException(String.valueOf(e.getMessage()).replaceFirst("^\\[\\d+\\] ", ""), e);
        }
    }

    private static boolean isErrno(IOException e, int errno) {
        return e.getCause() instanceof LastErrorException cause && cause.getErrorCode() == errno;
    }

    /** The way from the root directory, a name at a time, each looked up in the directory before it. */
    private static final class Walk {

        private final Path path;
        private final Deque<Path> names = new ArrayDeque<>();
        private Pinned directory;
        private int links;

        Walk(Path path) throws IOException {
            this.path = path;
            path.toAbsolutePath().forEach(names::add);
            directory = root();
        }

        private static Pinned root() throws IOException {
            return step(Pinned.open(Path.of("/"), O_PATH, 0));
        }

        /** @param mode {@link #NOTHING_MADE}, or of a new file */
        Pinned end(String mode) throws IOException {
            try {
                Path name = names.remove();
                while (isToFollow(name) || !names.isEmpty()) {
                    if (isToFollow(name)) {
                        follow(name);
                    } else {
                        enter(open(name));
                    }
                    name = names.remove();
                }
                return last(name, mode);
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        }

        private boolean isToFollow(Path name) throws IOException {
            return Files.isSymbolicLink(directory.path().resolve(name)) && !isInProc();
        }

        /** Links of proc(5) are the kernel's: what they say is not where they lead. */
        private boolean isInProc() throws IOException {
            return Files.readSymbolicLink(directory.path()).startsWith(PROC);
        }

        private int open(Path name) throws IOException {
            return Pinned.open(directory.path().resolve(name), O_PATH | (isInProc() ? 0 : O_NOFOLLOW), 0);
        }

        private static Pinned step(int fd) {
            return new Pinned(fd, null, null, null);
        }

        private void enter(int fd) {
            directory.close();
            directory = step(fd);
        }

        private void follow(Path name) throws IOException {
            if (!directory.isOursAlone()) {
                Path place = Files.readSymbolicLink(directory.path()).resolve(name);
                throw new IOException(place + " is a symbolic link in a directory where others may put one");
            }
            if (++links > MAX_LINKS) {
                throw new IOException("Too many levels of symbolic links");
            }
            Path target = Files.readSymbolicLink(directory.path().resolve(name));
            if (target.isAbsolute()) {
                enter(root().fd);
            }
            for (int i = target.getNameCount() - 1; i >= 0; i--) {
                names.push(target.getName(i));
            }
            if (names.isEmpty()) {
                names.add(Path.of("."));
            }
        }

        private Pinned last(Path name, String mode) throws IOException {
            try {
                return checked(new Pinned(open(name), directory, name, path));
            } catch (IOException e) {
                if (mode.equals(NOTHING_MADE) || !isErrno(e, ENOENT)) {
                    throw e;
                }
            }
            return created(name, mode);
        }

        private Pinned created(Path name, String mode) throws IOException {
            try {
                int fd = Pinned.open(
                        directory.path().resolve(name), O_CREATE_NEW | O_NOFOLLOW | O_CLOEXEC, CLOSED_TO_OTHERS);
                Pinned made = new Pinned(fd, directory, name, path);
                Files.setPosixFilePermissions(made.path(), PosixFilePermissions.fromString(mode));
                return made;
            } catch (IOException e) {
                if (isErrno(e, EEXIST)) {
                    return last(name, NOTHING_MADE); // Somebody was quicker.
                }
                throw e;
            }
        }

        /** Another name for a file of root's, link(2), is as good as a symbolic link to it. */
        private Pinned checked(Pinned file) throws IOException {
            if (Files.isRegularFile(file.path())
                    && attribute(file.attributes(), "nlink") > 1
                    && !directory.isOursAlone()) {
                LIBC.close(file.fd);
                throw new IOException("it has another name, in a directory where others may give it one");
            }
            return file;
        }
    }
}
