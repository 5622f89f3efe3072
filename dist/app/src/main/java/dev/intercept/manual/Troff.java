package dev.intercept.manual;

import java.util.List;

/** Text in the macros of groff_man(7). Everything given as text is escaped; nothing of it acts as a request. */
final class Troff {

    private final StringBuilder page = new StringBuilder();

    /** The head of the page, to be written first. */
    Troff title(String name, int section, String date, String source, String manual) {
        return line(".TH " + name + " " + section + " " + quoted(date) + " " + quoted(source) + " " + quoted(manual));
    }

    Troff section(String heading) {
        return line(".SH " + quoted(heading));
    }

    Troff subsection(String heading) {
        return line(".SS " + quoted(heading));
    }

    /** Paragraphs; an empty one is left out. */
    Troff paragraphs(List<String> texts) {
        texts.stream().filter(text -> !text.isBlank()).forEach(text -> line(".PP")
                .line(plain(text)));
        return this;
    }

    /** A term with its explanation beside or below it. */
    Troff item(String markedTerm, String text) {
        return line(".TP").line(markedTerm).line(plain(text));
    }

    /** Lines that are marked up already. */
    Troff markedUp(String lines) {
        page.append(lines);
        return this;
    }

    private Troff line(String line) {
        page.append(line).append('\n');
        return this;
    }

    static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    /** A line of text: a dot or an apostrophe at its beginning would be a request. */
    private static String plain(String text) {
        String escaped = escaped(text.strip());
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String quoted(String text) {
        return '"' + escaped(text).replace("\"", "\\(dq") + '"';
    }

    /** Hyphens as those of the keyboard, so that options can be copied from the page. */
    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
