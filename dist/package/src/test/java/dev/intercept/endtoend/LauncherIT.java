package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.endtoend.InstalledProgram.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The launcher on machines that are not as one would wish. */
class LauncherIT extends ProgramInANetwork {

    private Result shell(String script) throws Exception {
        return program.runCommand(List.of("sh", "-c", script));
    }

    @Test
    void shouldSayWhereToGetJavaWhenJavaHomeHasNone() throws Exception {
        Result result = shell("JAVA_HOME=/nowhere \"$INTERCEPT\" --version");
        assertEquals(ExitCode.UNAVAILABLE.code(), result.exitCode());
        assertEquals(
                "intercept: [java-version] JAVA_HOME=/nowhere holds no Java 17 or newer; do: unset JAVA_HOME  # or point"
                        + " it at one\n",
                result.err());
    }

    @Test
    void shouldRefuseAJavaThatIsTooOld() throws Exception {
        Path old = directory.resolve("jdk-11");
        Files.createDirectories(old.resolve("bin"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"11.0.20\"\n");
        Files.copy(Path.of("/bin/true"), old.resolve("bin/java"));
        Result result = shell("JAVA_HOME=" + old + " \"$INTERCEPT\" --version");
        assertEquals(ExitCode.UNAVAILABLE.code(), result.exitCode());
        assertTrue(result.err().contains("holds no Java 17 or newer"), result.err());
    }

    @Test
    void shouldTakeTheNewestJavaThereIsUnlessOneIsNamed() throws Exception {
        String machine = """
                set -e
                mount -t tmpfs tmpfs /usr/lib/jvm
                for version in 17.0.15 25.0.3 21.0.7 11.0.20; do
                  mkdir -p /usr/lib/jvm/java-$version/bin
                  echo "JAVA_VERSION=\\"$version\\"" >/usr/lib/jvm/java-$version/release
                  printf '#!/bin/sh\necho %s\n' $version >/usr/lib/jvm/java-$version/bin/java
                  chmod +x /usr/lib/jvm/java-$version/bin/java
                done
                ln -s java-11.0.20 /usr/lib/jvm/another-name
                unset JAVA_HOME
                "$INTERCEPT"
                JAVA_HOME=/usr/lib/jvm/java-21.0.7 "$INTERCEPT"
                PATH=/usr/lib/jvm/java-17.0.15/bin:$PATH "$INTERCEPT"
                """;
        Result result = program.runCommand(List.of("unshare", "-m", "sh", "-c", machine));
        assertEquals("25.0.3\n21.0.7\n25.0.3\n", result.out(), result.err());
    }

    @Test
    void shouldRunThroughASymbolicLinkFromAnywhere() throws Exception {
        Result result = shell("ln -s \"$INTERCEPT\" link && cd / && \"$OLDPWD/link\" --version && rm \"$OLDPWD/link\"");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().startsWith("intercept "), result.out());
    }

    @Test
    void shouldReadACaptureFileWhateverItsNameAndTheLocale() throws Exception {
        Result result = shell("printf '\\324\\303\\262\\241\\002\\0\\004\\0%16s' '' | tr ' ' '\\0' > größe.pcap;"
                + " LC_ALL= LC_CTYPE= LANG=C \"$INTERCEPT\" --backend=pcap --read=größe.pcap --read-now;"
                + " status=$?; rm größe.pcap; exit $status");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.err().contains("größe.pcap: 0 frames read"), result.err());
    }

    @Test
    void shouldTakeNamesBeyondAsciiForItsPlaceItsLogAndItsPidFileInTheLocaleC() throws Exception {
        Result result = shell("""
                set -e
                cp -r "$(dirname "$(dirname "$INTERCEPT")")" größe
                export LC_ALL= LC_CTYPE= LANG=C
                größe/bin/intercept -d --backend=nfqueue -b 127.0.0.1 -l lög -P pïd
                grep -c 'capturing with nfqueue' lög
                process=$(cat pïd)
                kill $process
                tail --pid=$process -f /dev/null
                größe/bin/intercept --help | LC_ALL=C grep -c 'IP\\[,IP\\.\\.\\.\\]'
                rm -r größe
                """);
        assertEquals(0, result.exitCode(), result.out() + result.err());
        assertTrue(result.out().startsWith("intercept runs as process "), result.out());
        assertTrue(result.out().endsWith("\n1\n1\n"), result.out());
    }

    @Test
    void shouldHandOnArgumentsWithSpacesAndOptionsOfTheRuntime() throws Exception {
        Result result = shell("INTERCEPT_JAVA_OPTS='-Xmx64m -Dx=y' \"$INTERCEPT\" -x 'not an address'");
        assertEquals(ExitCode.USAGE.code(), result.exitCode());
        assertTrue(result.err().startsWith("intercept: -x, --passlist: 'not an address' is not"), result.err());
    }

    @Test
    void shouldUseTheCollectorThatTheUserChose() throws Exception {
        Result result = shell("INTERCEPT_JAVA_OPTS='-Xlog:gc -XX:+UseParallelGC' \"$INTERCEPT\" --version");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains("Using Parallel"), result.out());
    }

    /** In a mount namespace, a copy of the program where it may be executed, and then a /tmp and /run where nothing may. */
    private Result onANoexecMachine(String script) throws Exception {
        String machine = """
                set -e
                mount -t tmpfs tmpfs /mnt
                cp -r "$(dirname "$(dirname "$INTERCEPT")")" /mnt/intercept
                mount -t tmpfs -o noexec tmpfs /tmp
                mount -t tmpfs -o noexec tmpfs /run
                unset XDG_RUNTIME_DIR XDG_CACHE_HOME TMPDIR
                cd /
                """;
        return program.runCommand(List.of("unshare", "-m", "sh", "-c", machine + script));
    }

    @Test
    void shouldCaptureWhereNothingMayBeExecutedFromTmp() throws Exception {
        Result result = onANoexecMachine("/mnt/intercept/bin/intercept selftest --backend=nfqueue --requests 5");
        assertEquals(0, result.exitCode(), result.out() + result.err());
    }

    @Test
    void shouldUnpackItsLibrariesElsewhereWhenTheyAreNotUnpackedYet() throws Exception {
        Result result = onANoexecMachine("""
                rm -r /mnt/intercept/lib/native
                export HOME=/mnt/home
                /mnt/intercept/bin/intercept selftest --backend=nfqueue --requests 5
                ls -d /mnt/home/.cache/intercept-0
                """);
        assertEquals(0, result.exitCode(), result.out() + result.err());
    }

    @Test
    void shouldSayWhatToSetWhenNoDirectoryIsExecutable() throws Exception {
        Result result = onANoexecMachine("""
                rm -r /mnt/intercept/lib/native
                mount -o remount,noexec /mnt
                mount -t tmpfs -o noexec tmpfs /var/cache
                unset HOME
                sh /mnt/intercept/bin/intercept --version
                """);
        assertEquals(ExitCode.CANNOT_CREATE.code(), result.exitCode(), result.out() + result.err());
        assertEquals(
                "intercept: no directory from which a library can be loaded; set INTERCEPT_TMPDIR to one that is not"
                        + " mounted noexec\n",
                result.err());
    }

    @Test
    void shouldNameThePrivilegeThatAnOrdinaryUserLacks() throws Exception {
        Result result = program.runCommand(List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "sh",
                "-c",
                "\"$INTERCEPT\" --backend=nfqueue"));
        assertEquals(ExitCode.NO_PERMISSION.code(), result.exitCode(), result.err());
        assertTrue(result.err().contains("CAP_NET_ADMIN"), result.err());
        assertFalse(result.err().contains("Exception"), result.err());
    }
}
