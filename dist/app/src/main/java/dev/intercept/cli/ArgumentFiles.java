package dev.intercept.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Puts the arguments in a file in the place of {@code @FILE}, then those of the {@link ConfigFile}.
 *
 * <p>In a file, which is UTF-8, arguments are separated by blanks and line ends; {@code #} at the beginning of one makes the
 * rest of the line a comment. Between two quotes of a kind, anywhere in an argument, blanks belong to it; between double ones
 * {@code \"} and {@code \\} stand for what is behind the backslash, which elsewhere stands for itself. A file may name others.
 * {@code @@x} is the argument {@code @x}. Relative names are relative to the working directory.
 */
final class ArgumentFiles {

    /** What is wrong, with file and line. */
    static final class ArgumentFileException extends Exception {

        private static final long serialVersionUID = 1L;

        ArgumentFileException(String message) {
            super(message);
        }

        /** Never null. */
        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    static final char BYTE_ORDER_MARK = '\ufeff';

    private final List<String> arguments = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final Deque<Path> open = new ArrayDeque<>();

    private ArgumentFiles() {}

    static Arguments expand(String... args) throws ArgumentFileException {
        ArgumentFiles files = new ArgumentFiles();
        for (String arg : args) {
            files.take(arg, "");
        }
        return ConfigFile.putInto(new Arguments(files.arguments, files.places));
    }

    /** @param place in front of an error text, {@code "FILE:LINE: "} or nothing */
    private void take(String argument, String place) throws ArgumentFileException {
        if (argument.startsWith("@@")) {
            add(argument.substring(1), place);
        } else if (argument.startsWith("@") && argument.length() > 1) {
            read(argument.substring(1), place);
        } else {
            add(argument, place);
        }
    }

    private void add(String argument, String place) {
        arguments.add(argument);
        places.add(place);
    }

    private void read(String name, String place) throws ArgumentFileException {
        String named = place + "the argument file '" + name + "' ";
        Path file = path(name, named).toAbsolutePath().normalize();
        if (open.contains(file)) {
            throw new ArgumentFileException(named + "includes itself");
        }
        if (Files.isDirectory(file)) {
            throw new ArgumentFileException(named + "is a directory");
        }
        open.push(file);
        try {
            split(name, 1, Files.readString(file), this::take);
        } catch (CharacterCodingException e) {
            throw new ArgumentFileException(named + "is not text in UTF-8");
        } catch (IOException e) {
            throw new ArgumentFileException(named + "cannot be read");
        }
        open.pop();
    }

    private static Path path(String name, String named) throws ArgumentFileException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new ArgumentFileException(named + "cannot be named in this locale; set LC_ALL=C.UTF-8");
        }
    }

    /** Takes a word, and {@code "FILE:LINE: "}. */
    interface WordTaker {
        void take(String word, String place) throws ArgumentFileException;
    }

    /** @param firstLine the number of the text's first */
    static void split(String name, int firstLine, String text, WordTaker words) throws ArgumentFileException {
        StringBuilder word = null;
        char quote = 0;
        int line = firstLine;
        int quoteLine = 0;
        for (int i = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isEnd = quote == 0 && Character.isWhitespace(c);
            if (isEnd && word != null) {
                words.take(word.toString(), name + ":" + line + ": ");
                word = null;
            } else if (quote == 0 && word == null && c == '#') {
                i = endOfLine(text, i) - 1;
            } else if (!isEnd) {
                word = word == null ? new StringBuilder() : word;
                if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                    quoteLine = line;
                } else if (c == quote) {
                    quote = 0;
                } else {
                    boolean isEscape = quote == '"' && c == '\\' && i + 1 < text.length();
                    char next = isEscape ? text.charAt(i + 1) : 0;
                    word.append(next == '"' || next == '\\' ? text.charAt(++i) : c);
                }
            }
            line += text.charAt(i < text.length() ? i : text.length() - 1) == '\n' ? 1 : 0;
        }
        if (quote != 0) {
            throw new ArgumentFileException(name + ":" + quoteLine + ": the quote " + quote + " has no end");
        }
        if (word != null) {
            words.take(word.toString(), name + ":" + line + ": ");
        }
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }
}
