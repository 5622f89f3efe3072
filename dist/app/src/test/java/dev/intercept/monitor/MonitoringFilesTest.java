package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.kit.PacketBuilder;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alert rules that the packages bring: promtool reads them, and they name metrics that there are. */
class MonitoringFilesTest {

    private static final Path PACKAGING = Path.of("../package/src/main/packaging");
    private static final Path ALERTS = PACKAGING.resolve("prometheus/intercept-alerts.yml");
    private static final Path DASHBOARD = PACKAGING.resolve("grafana/intercept.json");
    private static final Path ALERTS_TEST = Path.of("src/test/resources/dev/intercept/monitor/alerts-test.yml");
    private static final Pattern METRIC = Pattern.compile("\\b(?:intercept|jvm)_[a-z_]+\\b");
    private static final Pattern FINDING = Pattern.compile("\\bid!?=\"([^\"]*)\"");

    @TempDir
    Path directory;

    private static void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(Arrays.asList(arguments));
        Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String words = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, promtool.waitFor(), words);
        assertTrue(words.contains("SUCCESS"), words);
    }

    private static Set<String> found(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult result) -> result.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without those of the text: they are said in the words of the documentation. */
    private static String alertExpressions() throws IOException {
        return Files.readAllLines(ALERTS).stream()
                .filter(line -> !line.matches("\\s*(#|summary:|description:).*"))
                .collect(Collectors.joining("\n"));
    }

    private static Set<String> dashboardExpressions() throws IOException {
        Set<String> expressions = new TreeSet<>();
        JsonObject dashboard =
                JsonParser.parseString(Files.readString(DASHBOARD)).getAsJsonObject();
        for (JsonElement panel : dashboard.getAsJsonArray("panels")) {
            if (panel.getAsJsonObject().has("targets")) {
                panel.getAsJsonObject()
                        .getAsJsonArray("targets")
                        .forEach(target -> expressions.add(
                                target.getAsJsonObject().get("expr").getAsString()));
            }
        }
        return expressions;
    }

    /** Names of the series of an intercept that has forwarded answers. */
    private static Set<String> served() throws Exception {
        try (RunningIntercept running = new RunningIntercept(true)) {
            running.addRule();
            running.converse(200, 100, PacketBuilder.RST);
            running.awaitForwarded(RunningIntercept.ANSWERS_OF_A_SESSION);
            PrometheusRegistry registry = new PrometheusRegistry();
            registry.register(new InterceptMetrics(running.intercept, running.diagnosis, "1.0"));
            JvmMetrics.builder().register(registry);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
            return text.toString(StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceFirst("[{ ].*", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void shouldAlertWhenAndOnlyWhenSomethingIsWrong() throws Exception {
        promtool("check", "rules", ALERTS.toString());
        promtool("test", "rules", ALERTS_TEST.toString());
    }

    @Test
    void shouldAskForMetricsThatAreServed() throws Exception {
        Set<String> asked = found(METRIC, alertExpressions() + String.join("\n", dashboardExpressions()), 0);
        assertTrue(asked.contains("intercept_target_syn_ack_delay_seconds_bucket"), asked.toString());
        asked.removeAll(served());
        assertEquals(Set.of(), asked);
    }

    @Test
    void shouldAskForFindingsThatThereAre() throws Exception {
        Set<String> asked = found(FINDING, alertExpressions(), 1);
        assertFalse(asked.isEmpty());
        for (FindingId id : FindingId.values()) {
            asked.remove(id.label());
        }
        assertEquals(Set.of(), asked);
    }

    /** As recording rules, with what Grafana puts in for its variables. */
    @Test
    void shouldShowWhatPrometheusUnderstandsOfEachInstanceThatIsChosen() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        int number = 0;
        for (String expression : dashboardExpressions()) {
            assertEquals(
                    found(Pattern.compile("intercept_\\w+|jvm_\\w+"), expression, 0)
                            .size(),
                    expression.split("instance=~\"\\$instance\"", -1).length - 1,
                    "each metric of the instances that are chosen: " + expression);
            String filled = expression.replace("$instance", "a:9099|b:9099").replace("$__rate_interval", "1m");
            rules.append("      - {record: 'panel:").append(number++).append("', expr: '");
            rules.append(filled).append("'}\n");
        }
        assertTrue(number > 0);
        Path file = directory.resolve("dashboard.yml");
        Files.writeString(file, rules);
        promtool("check", "rules", file.toString());
    }
}
