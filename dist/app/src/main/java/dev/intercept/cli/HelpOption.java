package dev.intercept.cli;

import picocli.CommandLine.Option;

/** {@code --help} alone, for a subcommand that has another use for {@code -v}. */
final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    boolean help;
}
