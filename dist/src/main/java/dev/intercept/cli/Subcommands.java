package dev.intercept.cli;

import picocli.CommandLine;

/** The subcommands of {@code intercept}, one line each. */
final class Subcommands {

    private Subcommands() {}

    static void addTo(CommandLine intercept) {
        intercept.addSubcommand(new SelftestCommand());
    }
}
