package dev.intercept.diagnosis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The document has one entry for each kind of finding, and none besides. */
class TroubleshootingTest {

    private static String document() throws IOException {
        return Files.readString(Path.of("..", "..", "docs", "troubleshooting.md"));
    }

    @Test
    void shouldHaveAnAnchorForEachFindingInTheOrderOfTheirDeclaration() throws IOException {
        List<String> anchors = document()
                .lines()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .toList();
        assertEquals(Arrays.stream(FindingId.values()).map(FindingId::label).toList(), anchors);
    }

    @Test
    void shouldGiveSymptomReasonAndRemedyOfEach() throws IOException {
        String[] entries = document().split("\n### ");
        for (int i = 1; i < entries.length; i++) {
            String entry = entries[i];
            int symptom = entry.indexOf("**Symptom:** ");
            int reason = entry.indexOf("**Reason:** ");
            int remedy = entry.indexOf("**Remedy:** ");
            assertTrue(0 < symptom && symptom < reason && reason < remedy, entry);
        }
    }
}
