package dev.intercept.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of the built program begin with: a network and a directory for each. */
abstract class ProgramInANetwork {

    @TempDir
    Path directory;

    InstalledProgram program;

    @BeforeEach
    final void enterPrivateNetwork() throws IOException {
        program = new InstalledProgram(directory);
    }

    @AfterEach
    final void leavePrivateNetwork() {
        program.close();
    }
}
