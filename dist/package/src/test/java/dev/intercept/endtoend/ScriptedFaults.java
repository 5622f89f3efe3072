package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.FindingId;
import dev.intercept.endtoend.InstalledProgram.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The built program's check on hosts with faults, each made by a script in a mount and a network namespace of its own, which
 * then does as the finding says and checks again. What the host has only one of is covered by a file that is mounted over
 * it, and commands that would change the host (sudo, rmmod, modprobe, docker) have a stand-in, which is said where it is.
 */
abstract class ScriptedFaults extends ProgramInANetwork {

    static final String AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all ";

    /** The finding's remedy is run as it stands. */
    static final String AS_TOLD = "eval \"$remedy\"";

    /** Functions that a script redefines: what is checked, what is wrong, and how the remedy is applied. */
    record Script(String fault, String check, String remedy) {}

    /** Sees the finding, applies the remedy, sees it gone; returns the line of the finding. */
    final String mend(FindingId id, Script script) throws Exception {
        String text = """
                set -e
                mount -t tmpfs tmpfs /run
                mkdir /run/bin
                PATH=/run/bin:$PATH
                ln -s "$INTERCEPT" /run/bin/intercept
                started=
                trap '[ -z "$started" ] || kill $started' EXIT
                # This process is root already, which is all that sudo is there for.
                printf '#!/bin/sh\\nexec "$@"\\n' >/run/bin/sudo
                chmod +x /run/bin/sudo
                await() { until grep -q "$1" "$2"; do kill -0 $started; sleep 0.05; done; }
                # The words of a remedy that is a start of intercept.
                advised() { echo "$remedy" | sed 's/ *#.*//'; }
                options=
                %s
                check() { %s; }
                check >before 2>&1 || :
                remedy=$(sed -n 's/^.*\\b%s\\b.*; do: //p' before | head -n 1)
                [ -n "$remedy" ]
                %s
                check >after 2>&1 || :
                """.formatted(script.fault, script.check, id.label(), script.remedy);
        Result result = program.runCommand(List.of("unshare", "-m", "sh", "-c", text));
        String before = read("before");
        assertEquals(0, result.exitCode(), result.out() + result.err() + before);
        String after = read("after");
        assertTrue(after.contains(" OK (-v prints these too)"), after);
        assertTrue(!hasLine(after, "WARN " + id.label()) && !hasLine(after, "FAIL " + id.label()), after);
        return before.lines()
                .filter(line -> line.contains(id.label()) && line.contains("; do: "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(before));
    }

    private String read(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    private static boolean hasLine(String findings, String start) {
        return findings.lines().anyMatch(line -> line.startsWith(start));
    }

    static String withProcNet(String options) {
        return "sh -c 'mount --bind /run/net /proc/$$/net && exec intercept check " + options + "'";
    }
}
