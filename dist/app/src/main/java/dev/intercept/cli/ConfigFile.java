package dev.intercept.cli;

import dev.intercept.cli.ArgumentFiles.ArgumentFileException;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of {@code --config}: one option a line, by its long name without hyphens, and its value behind blanks or an equals sign,
 * as {@code port=36524}. Values are quoted, and comments written, as in {@link ArgumentFiles}; behind a comma a list may go on
 * after blanks. The options come before those of the command line, which hold where both are given.
 */
final class ConfigFile {

    static final String OPTION = "--config";

    /** Commands that take a start's options. */
    private static final Set<String> COMMANDS = Set.of("check", "report");

    /** They make no start. */
    private static final Set<String> NOT_HERE = Set.of("config", "help", "version", "list-backends");

    private static final Pattern LINE = Pattern.compile("(?:--)?([a-z][a-z0-9-]*+)(?:\\s*=|\\s|$)(.*)");

    private final List<String> words = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final String name;

    private ConfigFile(String name) {
        this.name = name;
    }

    /** The same where no configuration is named, or it is for picocli to say what is wrong with that. */
    static Arguments putInto(Arguments given) throws ArgumentFileException {
        List<String> words = given.words();
        int option = indexOfOption(words);
        if (option < 0) {
            return given;
        }
        if (words.subList(option + 1, words.size()).stream().anyMatch(ConfigFile::isOption)) {
            throw new ArgumentFileException(OPTION + " was given twice: name one file");
        }
        boolean isAttached = words.get(option).contains("=");
        String file = isAttached
                ? words.get(option).substring(OPTION.length() + 1)
                : option + 1 < words.size() ? words.get(option + 1) : "";
        return file.isEmpty() ? given : new ConfigFile(file).read().inFrontOf(given, beginOfOptions(words, option));
    }

    /** @param option with its hyphens */
    static boolean takes(String option) {
        return option.startsWith("--") && !NOT_HERE.contains(option.substring(2));
    }

    private static int indexOfOption(List<String> words) {
        boolean isOfOther = !words.isEmpty() && !words.get(0).startsWith("-") && !COMMANDS.contains(words.get(0));
        for (int i = 0; i < words.size() && !isOfOther; i++) {
            if (isOption(words.get(i))) {
                return i;
            }
        }
        return -1;
    }

    static boolean isOption(String word) {
        return word.equals(OPTION) || word.startsWith(OPTION + "=");
    }

    /** Behind the command, if there is one. */
    private static int beginOfOptions(List<String> words, int option) {
        int begin = option;
        while (begin > 0 && !COMMANDS.contains(words.get(begin - 1))) {
            begin--;
        }
        return begin;
    }

    private Arguments inFrontOf(Arguments given, int index) {
        List<String> allWords = new ArrayList<>(given.words());
        List<String> allPlaces = new ArrayList<>(given.places());
        allWords.addAll(index, words);
        allPlaces.addAll(index, places);
        return new Arguments(allWords, allPlaces, given.words());
    }

    private ConfigFile read() throws ArgumentFileException {
        int number = 0;
        for (String line : text().split("\\R", -1)) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                take(stripped, number);
            }
        }
        return this;
    }

    /** Only what can be read again: it is at a reload, and by the daemon that {@code -d} starts. */
    private String text() throws ArgumentFileException {
        String named = OPTION + ": the file '" + name + "' ";
        try {
            Path file = Path.of(name);
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new ArgumentFileException(named + "is no regular file, which could be read again at a reload");
            }
            String text = Files.readString(file);
            return text.startsWith(String.valueOf(ArgumentFiles.BYTE_ORDER_MARK)) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new ArgumentFileException(named + "is not text in UTF-8");
        } catch (IOException e) {
            throw new ArgumentFileException(named + "cannot be read: " + IoFailure.reason(e)
                    + "; write one with 'intercept config --print-default'");
        } catch (InvalidPathException e) {
            throw new ArgumentFileException(named + "cannot be named in this locale; set LC_ALL=C.UTF-8");
        }
    }

    private void take(String line, int number) throws ArgumentFileException {
        String place = name + ":" + number + ": ";
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new ArgumentFileException(
                    place + "'" + line + "' does not begin with the long name of an option, as in port=36524");
        }
        String option = parts.group(1);
        if (NOT_HERE.contains(option)) {
            throw new ArgumentFileException(place + option + " is for the command line only");
        }
        List<String> values = new ArrayList<>();
        String rest = parts.group(2).strip();
        ArgumentFiles.split(
                name, number, rest.startsWith("=") ? rest.substring(1) : rest, (word, at) -> values.add(word));
        words.add("--" + option + (values.isEmpty() ? "" : "=" + together(values, place)));
        places.add(place);
    }

    private static String together(List<String> values, String place) throws ArgumentFileException {
        for (int i = 0; i < values.size() - 1; i++) {
            if (!values.get(i).endsWith(",")) {
                throw new ArgumentFileException(place + "'" + values.get(i + 1) + "' behind the value '" + values.get(i)
                        + "': put a value with blanks in quotes, or a list's comma between");
            }
        }
        return String.join("", values);
    }
}
