package dev.intercept.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that print something and exit. */
final class HelpOptions {

    @Mixin
    private final HelpOption help = new HelpOption();

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;
}
