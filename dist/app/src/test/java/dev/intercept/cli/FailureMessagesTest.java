package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.kit.DescriptorLimit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureMessagesTest {

    private final StringWriter err = new StringWriter();

    private int report(Throwable failure) {
        return new FailureMessages(new Arguments(List.of(), List.of())).report(failure, new PrintWriter(err));
    }

    @Test
    void shouldSayInOneLineThatFileDescriptorsAreUsedUp() throws Exception {
        String line = "intercept: " + DescriptorsUsedUp.TEXT + "\n";
        assertEquals(
                71, report(new UnsatisfiedLinkError("libx.so: cannot open shared object file: Too many open files")));
        assertEquals(line, err.toString());
        err.getBuffer().setLength(0);
        assertEquals(71, report(new InternalError("no security", new IOException("x (Too many open files)"))));
        assertEquals(line, err.toString());
        err.getBuffer().setLength(0);
        int code = DescriptorLimit.withNone(() -> report(new NoClassDefFoundError("dev/intercept/Any")));
        assertEquals(ExitCode.OS_REFUSED.code(), code);
        assertEquals(line, err.toString());
    }

    @Test
    void shouldShowWhereABugIs() {
        assertEquals(70, report(new NoClassDefFoundError("dev/intercept/Any")));
        assertTrue(err.toString().startsWith("intercept: this is a bug, please report it"), err.toString());
        assertTrue(err.toString().contains("\tat "), err.toString());
    }
}
