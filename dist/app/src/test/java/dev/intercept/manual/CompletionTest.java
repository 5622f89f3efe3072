package dev.intercept.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.cli.CommandLines;
import dev.intercept.kit.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bash itself offers with the script that is installed, and what the scripts of the others say. */
class CompletionTest {

    private static final Completion COMPLETION = new Completion(CommandLines.create());

    @TempDir
    private Path directory;

    /** @param words behind {@code intercept}, as bash splits them; the last is to be completed */
    private List<String> offered(String... words) throws Exception {
        Path script = Files.writeString(directory.resolve("completion"), COMPLETION.bash());
        String line =
                "set -u; source " + script + "; COMP_WORDS=(intercept \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _intercept;"
                        + " printf '%s\\n' \"${COMPREPLY[@]}\"";
        String[] command = {"bash", "-c", line, "bash"};
        String[] all = Arrays.copyOf(command, command.length + words.length);
        System.arraycopy(words, 0, all, command.length, words.length);
        return Commands.exec(all).lines().toList();
    }

    @Test
    void shouldOfferCommandsAndTheOptionsOfEach() throws Exception {
        assertEquals(List.of("selftest"), offered("self"));
        assertEquals(List.of("--port"), offered("--por"));
        assertEquals(List.of("--print-default"), offered("config", "--pr"));
        assertTrue(offered("rules", "--").contains("--target-port"));
        assertTrue(!offered("status", "--").contains("--target-port"));
    }

    @Test
    void shouldOfferValuesBehindABlankAndBehindAnEqualsSign() throws Exception {
        assertEquals(List.of("nflog"), offered("--backend", "nfl"));
        assertEquals(List.of("nflog"), offered("--backend", "=", "nfl"));
        assertEquals(List.of("error", "warn", "info", "debug", "trace"), offered("--log-level", "="));
        assertEquals(List.of("no-tcpcopy"), offered("check", "--silence", "no-"));
        assertEquals(List.of("nft"), offered("rules", "--tool", "nf"));
        assertEquals(List.of("root"), offered("--user", "roo"));
        Path file = Files.writeString(directory.resolve("one.conf"), "");
        assertEquals(List.of(file.toString()), offered("--config", directory + "/one"));
        Path sub = Files.createDirectory(directory.resolve("onedir"));
        assertEquals(List.of(sub.toString()), offered("--plugin-path", directory + "/one"));
    }

    @Test
    void shouldSayTheSameToZshAndFish() {
        String zsh = COMPLETION.zsh();
        assertTrue(zsh.startsWith("#compdef intercept\n"), zsh);
        assertTrue(
                zsh.contains("'--log-level=[error, warn, info, debug or trace]:value:(error warn info debug trace)'"),
                zsh);
        assertTrue(zsh.contains("'--user=[started by root]:user:_users'"), zsh);
        String fish = COMPLETION.fish();
        assertTrue(fish.contains(" -l tool -x -a 'iptables iptables-legacy iptables-nft nft' -d '"), fish);
        assertTrue(fish.contains(" -s P -l pidfile -r -F -d '"), fish);
    }
}
