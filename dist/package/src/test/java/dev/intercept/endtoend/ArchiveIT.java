package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.endtoend.InstalledProgram.Result;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes makes a start faster, and is never a reason not to start or to say anything. */
class ArchiveIT {

    @TempDir
    static Path directory;

    private static InstalledProgram program;

    /** Making an archive takes seconds: each test gets a copy of this one, and all jars as they were. */
    @BeforeAll
    static void makeAnArchive() throws Exception {
        program = InstalledProgram.copied(directory);
        Result made = program.runCommand(List.of("sh", "-ec", """
                home=$(dirname "$(dirname "$INTERCEPT")")
                "$home/bin/intercept-archive" --remove
                "$home/bin/intercept-archive"
                cp -rp "$home/lib" made
                """));
        assertEquals(0, made.exitCode(), made.err());
    }

    @AfterAll
    static void leave() {
        program.close();
    }

    private static Result shell(String script) throws Exception {
        String setUp = """
                set -e
                home=$(dirname "$(dirname "$INTERCEPT")")
                archive=$(INTERCEPT_ARCHIVE=name "$INTERCEPT")
                rm -rf "$home/lib"
                cp -rp made "$home/lib"
                export INTERCEPT_JAVA_OPTS=-Xlog:class+load:file=loaded
                """;
        return program.runCommand(List.of("sh", "-c", setUp + script));
    }

    /** That it starts, says nothing, and how many of its own classes came from the archive. */
    private static int sharedClasses(String script) throws Exception {
        Result result = shell(script + """

                INTERCEPT_JAVA_OPTS="$INTERCEPT_JAVA_OPTS" "$INTERCEPT" --version
                grep -c 'dev.intercept.*source: shared' loaded >shared || :
                cat shared >&2
                """);
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().startsWith("intercept "), result.out());
        return Integer.parseInt(result.err().strip());
    }

    @Test
    void shouldServeTheCopyItWasMadeFor() throws Exception {
        assertTrue(sharedClasses("") > 20);
    }

    @Test
    void shouldBeIgnoredInSilenceInAnotherPlace() throws Exception {
        assertEquals(0, sharedClasses("cp -rp \"$home\" elsewhere; INTERCEPT=elsewhere/bin/intercept"));
    }

    @Test
    void shouldBeIgnoredInSilenceAfterAJarWasReplaced() throws Exception {
        assertEquals(0, sharedClasses("touch \"$home\"/lib/picocli-*.jar"));
    }

    @Test
    void shouldBeIgnoredInSilenceWhenItIsCutOff() throws Exception {
        assertEquals(0, sharedClasses("""
                head -c 1000000 "$archive" >cut
                mv -f cut "$archive"
                """));
    }

    @Test
    void shouldBeIgnoredInSilenceWhenItIsNoArchive() throws Exception {
        assertEquals(0, sharedClasses("rm -f \"$archive\"; echo no archive >\"$archive\""));
    }

    @Test
    void shouldBeIgnoredInSilenceWhenItIsDamagedInside() throws Exception {
        assertEquals(0, sharedClasses("""
                chmod u+w "$archive"
                head -c 64 /dev/urandom | dd of="$archive" bs=1 seek=9000000 conv=notrunc status=none
                """));
    }

    @Test
    void shouldBeIgnoredInSilenceWithoutItsChecksum() throws Exception {
        assertEquals(0, sharedClasses("rm \"$archive.sum\""));
    }

    @Test
    void shouldServeTheSubcommandsToo() throws Exception {
        Result result = shell("""
                "$INTERCEPT" status --socket=none >status 2>&1 || :
                grep -c 'picocli.*source: shared' loaded
                """);
        assertTrue(Integer.parseInt(result.out().strip()) > 100, result.out() + result.err());
    }

    @Test
    void shouldBeMissedByNobody() throws Exception {
        Result removed = shell("\"$home/bin/intercept-archive\" --remove; ls \"$home/lib\"");
        assertFalse(removed.out().matches("(?s).*\\.(jsa|aot|sum).*"), removed.out());
        assertEquals(0, sharedClasses("\"$home/bin/intercept-archive\" --remove"));
    }

    @Test
    void shouldSayWhenItCannotBeWritten() throws Exception {
        Result result = shell("""
                chmod a+rx . "$home" "$home/lib"
                setpriv --reuid=65534 --regid=65534 --clear-groups "$home/bin/intercept-archive"
                """);
        assertEquals(73, result.exitCode(), result.err());
        assertEquals(
                "intercept-archive: cannot write to " + directory.resolve("intercept/lib") + "; run it as the owner\n",
                result.err());
    }
}
