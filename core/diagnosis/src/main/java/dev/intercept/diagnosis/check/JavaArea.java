package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.spi.Host;
import java.util.List;

/** The Java that runs this: if it were too old this would not run, so it is there to be read in a report. */
final class JavaArea implements Area {

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        return List.of(
                Finding.ok(FindingId.JAVA_VERSION, Runtime.version() + " from " + System.getProperty("java.home")));
    }
}
