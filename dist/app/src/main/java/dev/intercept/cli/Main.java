package dev.intercept.cli;

/** Where the JVM starts. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(CommandLines.createFor(args).execute(args));
    }
}
