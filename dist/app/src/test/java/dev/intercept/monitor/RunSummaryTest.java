package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.summary.Comparison;
import dev.intercept.summary.RunSummary;
import dev.intercept.summary.SummaryText;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run against the real kernel came to. */
class RunSummaryTest {

    @Test
    void shouldSayWhatCameAndWhatWasLostAndWhatWasWrongMeanwhile() throws Exception {
        try (RunningIntercept running = new RunningIntercept()) {
            RunSummary summary = new RunSummary(running.intercept, running.diagnosis, "1.0");
            running.addRoutes(3);
            running.awaitFindings(1);
            running.addRule();
            running.addRoutes(3);
            running.respond(20);
            running.awaitForwarded(20);
            running.intercept.stop();
            JsonObject json = summary.json("SIGTERM");
            assertEquals(20, json.get("forwarded").getAsInt());
            assertEquals(json.get("packets").getAsInt(), 20 + lost(json));
            assertTrue(json.get("sessions").getAsInt() >= 6, json::toString);
            JsonObject finding = json.getAsJsonArray("findings").get(0).getAsJsonObject();
            assertTrue(
                    finding.get("firstS").getAsDouble() <= finding.get("lastS").getAsDouble()
                            && finding.get("lastS").getAsDouble()
                                    <= json.get("seconds").getAsDouble(),
                    json::toString);
            List<String> lines = SummaryText.lines(json);
            assertTrue(
                    lines.get(0).contains(" s with nfqueue, ended by SIGTERM: ")
                            && lines.get(0).contains(" 20 answers forwarded of "),
                    () -> lines.get(0));
            assertTrue(
                    lines.stream().anyMatch(line -> line.startsWith("target port 8080: 20 answers, ")), json::toString);
            assertTrue(
                    lines.stream().anyMatch(line -> line.startsWith("finding " + FindingId.RULE_MISSING.label())),
                    json::toString);
            assertEquals(0, new Comparison(json, json, 0).differences());
        }
    }

    private static int lost(JsonObject json) {
        return json.getAsJsonObject("losses").asMap().values().stream()
                .mapToInt(value -> value.getAsInt())
                .sum();
    }
}
