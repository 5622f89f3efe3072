package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As root, in a directory of root's own and in one where everybody may write. */
class PinnedTest {

    private static final String MODE = "rw-r-----";
    private static final Account NOBODY = new Account("nobody", 65534, 65534, java.util.List.of(65534));

    @TempDir
    Path directory;

    private Path shared;

    @BeforeEach
    void makeDirectoryOfOthers() throws IOException {
        shared = Files.createDirectory(directory.resolve("shared"));
        Files.setAttribute(shared, "unix:uid", NOBODY.userId());
    }

    private static void append(Pinned file, String text) throws IOException {
        try (OutputStream out = file.append()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void refuses(Path path, String reason) {
        IOException e = assertThrows(IOException.class, () -> Pinned.file(path, MODE));
        assertEquals(reason, e.getMessage());
    }

    @Test
    void shouldMakeAFileAndAppendToIt() throws IOException {
        Path path = shared.resolve("new");
        try (Pinned file = Pinned.file(path, MODE)) {
            append(file, "one ");
            append(file, "two");
        }
        assertEquals("one two", Files.readString(path));
        assertEquals(MODE, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldFollowLinksThatOnlyRootCanHaveMade() throws IOException {
        Files.createSymbolicLink(directory.resolve("to-shared"), Path.of("shared/../shared"));
        Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("to-shared/new"));
        try (Pinned file = Pinned.file(directory.resolve("dangling"), MODE)) {
            append(file, "there");
        }
        assertEquals("there", Files.readString(shared.resolve("new")));
    }

    @Test
    void shouldFollowNoLinkInADirectoryOfOthersNeitherToAFileNorOnTheWay() throws IOException {
        Path link = Files.createSymbolicLink(shared.resolve("link"), directory);
        String reason = link + " is a symbolic link in a directory where others may put one";
        refuses(link, reason);
        refuses(link.resolve("victim"), reason);
        assertFalse(Files.exists(directory.resolve("victim")));
    }

    @Test
    void shouldTakeNoSecondNameOfAFileInADirectoryOfOthers() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Files.createLink(shared.resolve("name"), victim);
        refuses(shared.resolve("name"), "it has another name, in a directory where others may give it one");
        try (Pinned file = Pinned.file(victim, MODE)) {
            assertTrue(file.isInPlace(), "where only root may write another name does no harm");
        }
    }

    @Test
    void shouldEndAtLinksInACircle() throws IOException {
        Path circle = Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
        refuses(circle, "Too many levels of symbolic links");
    }

    @Test
    void shouldGiveAwayAndRemoveTheFileThatItOpenedAndNoOther() throws IOException {
        Path path = shared.resolve("file");
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        try (Pinned file = Pinned.file(path, MODE)) {
            Files.move(path, shared.resolve("moved"));
            Files.createSymbolicLink(path, victim);
            file.giveTo(NOBODY);
            file.remove();
        }
        assertEquals("root", Files.getOwner(victim).getName());
        assertEquals("nobody", Files.getOwner(shared.resolve("moved")).getName());
        assertTrue(Files.isSymbolicLink(path));
    }

    @Test
    void shouldLeaveADeviceToItsOwner() throws IOException {
        try (Pinned device = Pinned.file(Path.of("/dev/null"), MODE)) {
            append(device, "nothing");
            device.giveTo(NOBODY);
        }
        assertEquals("root", Files.getOwner(Path.of("/dev/null")).getName());
    }

    @Test
    void shouldGoTheKernelsOwnWayInProc() throws IOException {
        Path path = Files.writeString(shared.resolve("open"), "");
        try (Pinned open = Pinned.file(path, MODE);
                Pinned again = Pinned.file(open.path(), MODE)) {
            append(again, "the same");
        }
        assertEquals("the same", Files.readString(path));
    }

    @Test
    void shouldSayWhatIsMissing() {
        refuses(directory.resolve("missing/file"), "No such file or directory");
        assertThrows(IOException.class, () -> Pinned.directory(directory.resolve("missing")));
    }
}
