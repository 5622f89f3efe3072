package dev.intercept.cli;

import dev.intercept.InterceptConfig;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** What the command line of a start asks for, for tests that start intercept inside their own process. */
public final class StartOptions {

    private StartOptions() {}

    private static final Pattern WORD = Pattern.compile("(?:[^ ']|'[^']*')+");

    /** @param command as a remedy has it: {@code "intercept --filter='tcp and port 80'  # why"} */
    public static InterceptConfig of(String command) {
        String[] words = WORD.matcher(command.replaceFirst(" +#.*", ""))
                .results()
                .map(word -> word.group().replace("'", ""))
                .toArray(String[]::new);
        if (!words[0].equals("intercept")) {
            throw new IllegalArgumentException("not a start of intercept: " + command);
        }
        String[] args = java.util.Arrays.copyOfRange(words, 1, words.length);
        CommandLine commandLine = CommandLines.create(args);
        commandLine.parseArgs(args);
        InterceptCommand start = commandLine.getCommand();
        return start.config();
    }
}
