package dev.intercept.cli;

import picocli.CommandLine.Option;

/** The options that print something and exit. */
final class HelpOptions {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    boolean help;

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;

    /** For a subcommand that has another use for {@code -v}. */
    static final class Help {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "print this help and exit")
        boolean help;
    }
}
