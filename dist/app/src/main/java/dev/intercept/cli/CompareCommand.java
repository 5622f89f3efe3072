package dev.intercept.cli;

import com.google.gson.JsonObject;
import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.summary.Comparison;
import dev.intercept.summary.SummaryFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code intercept compare}: an old build against a new one, by the summaries of two runs. */
@Command(
        name = "compare",
        description = "Compares the summaries of two runs, figure by figure.",
        footer = {
            "",
            "Figures are by second, session, segment or answer, so that runs of different length can be compared; a star marks"
                    + " one that differs by more than the tolerance and by more than chance explains.",
            "",
            "Exit code 0, 1 when a figure has a star, 64 when a file is no summary."
        })
final class CompareCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "A.json",
            converter = FileName.class,
            description = "what --summary=A.json wrote")
    private Path before;

    @Parameters(index = "1", paramLabel = "B.json", converter = FileName.class, description = "what is held against it")
    private Path after;

    @Option(
            names = "--tolerance",
            paramLabel = "PERCENT",
            converter = WholeNumber.Percent.class,
            defaultValue = "10",
            description = "a difference of so many per cent of A is none (default: ${DEFAULT-VALUE})")
    private int tolerance;

    @Mixin
    private final HelpOption help = new HelpOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartException {
        Comparison comparison = compare(SummaryFile.read(before), SummaryFile.read(after));
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-46s %12s %12s %10s%n", "", "A", "B", "difference");
        comparison.lines().forEach(out::println);
        out.println(comparison.differences() + " differences beyond " + tolerance + " %");
        out.flush();
        return comparison.differences() == 0 ? ExitCode.OK.code() : 1;
    }

    private Comparison compare(JsonObject one, JsonObject other) throws StartException {
        try {
            return new Comparison(one, other, tolerance);
        } catch (
                RuntimeException
                        e) { // A member is missing or of another kind: the format is promised, the content is not.
            throw new StartException(
                    ExitCode.USAGE,
                    before + " or " + after + " is a summary with parts missing (" + e.getMessage()
                            + "); name files as 'intercept --summary=FILE' wrote them",
                    e);
        }
    }
}
