package dev.intercept.cli;

import java.util.StringJoiner;
import picocli.CommandLine.IVersionProvider;

/** What {@code -v} prints: the version, of which commit it is, and what a bug report needs besides. */
final class VersionText implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "intercept " + Installation.version() + build(Installation.commit(), Installation.date()),
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.version") + " " + System.getProperty("os.arch")
        };
    }

    /** Of what is not known, which is empty, nothing is said. */
    static String build(String commit, String date) {
        StringJoiner facts = new StringJoiner(", ", " (", ")").setEmptyValue("");
        if (!commit.isEmpty()) {
            facts.add("commit " + commit);
        }
        if (!date.isEmpty()) {
            facts.add(date);
        }
        return facts.toString();
    }
}
