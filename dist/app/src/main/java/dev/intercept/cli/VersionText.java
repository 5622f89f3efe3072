package dev.intercept.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code -v} prints: the version, and what a bug report needs besides. */
final class VersionText implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "intercept " + Installation.version(),
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.version") + " " + System.getProperty("os.arch")
        };
    }
}
