package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.intercept.diagnosis.FindingId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What intercept says of each state of the world, and that it says nothing else: every state is made for real in a namespace of
 * its own, and after ten of intercept's seconds exactly the findings of its row stand. Then the remedy is typed as it is
 * printed, traffic goes on, no answer gets to the clients' side, and exactly the findings behind the arrow stand.
 */
class TruthTableTest {

    private static final int LOOKS = 12;

    private static final Map<String, String> TABLE = new TreeMap<>();

    /** States that the table lacks, and why. */
    private static final Map<String, String> ELSEWHERE = new TreeMap<>(Map.of(
            "BIG TCP through a log group", "BigTcpFaultTest: a target has to send megabytes",
            "ip_queue's queue or buffer is full",
                    "LossTest of ipqueue: a stand-in of the kernel, since none here has ip_queue",
            "DROP behind a log group", "HostCheckNamespaceTest: the kernel refuses to send what a DROP takes"));

    /** All findings that some row expects. */
    static Set<String> findings() {
        return rows().stream()
                .flatMap(row -> row.said().stream())
                .map(FindingId::label)
                .collect(Collectors.toSet());
    }

    private static List<TruthRow> rows() {
        List<TruthRow> rows = new ArrayList<>();
        rows.addAll(TruthRowsOfHealth.all());
        rows.addAll(TruthRowsOfHosts.ofRules());
        rows.addAll(TruthRowsOfHosts.ofTargets());
        rows.addAll(TruthRowsOfTargets.all());
        rows.addAll(TruthRowsOfSessions.ofSessions());
        rows.addAll(TruthRowsOfSessions.ofLosses());
        rows.sort(Comparator.comparingInt(TruthRow::place));
        return rows;
    }

    @TestFactory
    Stream<DynamicTest> table() {
        return rows().stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> shouldSay(row)));
    }

    @Test
    void shouldBeInTheOrderOfTheDocument() throws IOException {
        List<String> entries = Files.readAllLines(Path.of("../../docs/troubleshooting.md")).stream()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .toList();
        List<Integer> places = rows().stream()
                .flatMap(row -> row.said().stream().limit(1))
                .map(id -> entries.indexOf(id.label()))
                .toList();
        assertFalse(places.contains(-1));
        assertEquals(places.stream().sorted().toList(), places);
    }

    private static void shouldSay(TruthRow row) throws Exception {
        try (TruthScene scene = new TruthScene()) {
            row.made().in(scene);
            scene.seconds(LOOKS, () -> row.traffic().in(scene));
            assertEquals(row.said(), scene.findings(), scene::facts);
            int before = scene.escaped();
            assertEquals(row.escapes(), before > 0, () -> before + " answers left: " + row.name());
            TABLE.put(row.name(), labels(row.said()));
            if (row.mended() == null) {
                return;
            }
            row.mended().in(scene);
            int meanwhile = scene.escaped();
            assertEquals(0, row.escapes() ? 0 : meanwhile, "answers left while the remedy was typed");
            scene.seconds(LOOKS, () -> row.then().in(scene));
            assertEquals(row.left(), scene.findings(), scene::facts);
            assertEquals(0, scene.escaped(), "answers left after the remedy");
            TABLE.put(row.name(), labels(row.said()) + ", mended: " + labels(row.left()));
        }
    }

    private static String labels(Set<FindingId> ids) {
        return ids.isEmpty() ? "nothing" : ids.stream().map(FindingId::label).collect(Collectors.joining(", "));
    }

    /** In the order of docs/troubleshooting.md. */
    @AfterAll
    static void printTable() throws IOException {
        for (TruthRow row : rows()) {
            System.out.printf("%-55s %s%n", row.name(), TABLE.getOrDefault(row.name(), "FAILED"));
        }
        ELSEWHERE.forEach((name, why) -> System.out.printf("%-55s not here: %s%n", name, why));
        Remedies.assertTypedBy("TruthTableTest.table");
    }
}
