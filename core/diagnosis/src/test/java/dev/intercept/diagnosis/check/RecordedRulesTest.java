package dev.intercept.diagnosis.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.TextHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Rule sets as a kernel 6.1 lists them, with what check says of each for the target's port 8080: {@code .txt} is nft's listing,
 * {@code .json} the same with {@code -j}. Recorded, since not every kernel that runs this test knows nft's queue statement.
 */
class RecordedRulesTest {

    private static final Path INPUTS = Path.of("src/test/resources/nft");

    /** Of backend nfqueue with queue 0, or of the one named. */
    private static final Map<String, String> RIGHT = new TreeMap<>(Map.ofEntries(
            Map.entry("01 plain", "OK queue-rule"),
            Map.entry("02 fanout 0-1", "FAIL rule-wrong-queue"),
            Map.entry("03 bypass", "WARN rule-bypass"),
            Map.entry("04 wrong queue", "FAIL rule-wrong-queue"),
            Map.entry("05 inet table at raw", "OK queue-rule"),
            Map.entry("06 type route", "OK queue-rule"),
            Map.entry("07 set", "OK queue-rule"),
            Map.entry("08 named set", "OK queue-rule"),
            Map.entry("09 range", "OK queue-rule"),
            Map.entry("11 numgen", "WARN queue-rule"),
            Map.entry("12 jhash", "WARN queue-rule"),
            Map.entry("14 map", "WARN queue-rule"),
            Map.entry("15 vmap jump", "OK queue-rule"),
            Map.entry("16 jump", "OK queue-rule"),
            Map.entry("17 accept before", "FAIL rule-after-accept"),
            Map.entry("18 accept in an earlier table", "OK queue-rule"),
            Map.entry("19 drop in an earlier table", "FAIL rule-after-accept"),
            Map.entry("21 dport", "FAIL rule-missing"),
            Map.entry("22 input hook", "FAIL rule-missing"),
            Map.entry("23 ip6 table", "FAIL rule-missing"),
            Map.entry("24 nflog, two rules", "OK queue-rule"),
            Map.entry("25 nflog, one rule", "OK queue-rule"),
            Map.entry("26 nflog, then drop", "FAIL rule-drops"),
            Map.entry("27 no rule", "FAIL rule-missing"),
            Map.entry("28 of one address", "OK queue-rule"),
            Map.entry("91 of iptables-nft", "OK queue-rule"),
            Map.entry("92 balance of iptables-nft", "FAIL rule-wrong-queue")));

    private static String input(String name, String ending) throws IOException {
        return Files.readString(INPUTS.resolve(name.substring(0, 2) + ending));
    }

    private static TextHost host(String name) throws IOException {
        return host(input(name, ".txt"), input(name, ".json"));
    }

    private static TextHost host(String listing, String json) {
        return new TextHost()
                .command("nft -v", "nftables v1.0.6")
                .command("nft -j list ruleset", json)
                .command("nft -a list ruleset", withHandles(listing, json))
                .file("/proc/thread-self/net/netfilter/nfnetlink_queue", "    0  77  0 2 65531 0 0 5 1");
    }

    /** As {@code -a} lists it: both list the rules in the same order. */
    private static String withHandles(String listing, String json) {
        List<String> handles =
                JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables").asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .filter(item -> item.has("rule"))
                        .map(item -> item.getAsJsonObject("rule"))
                        .map(RecordedRulesTest::handle)
                        .toList();
        StringBuilder text = new StringBuilder();
        int next = 0;
        for (String line : listing.split("\n")) {
            boolean isRule = line.startsWith("\t\t") && !line.matches("\t\t(type|elements) .*");
            text.append(line)
                    .append(isRule ? " # handle " + handles.get(next++) : "")
                    .append('\n');
        }
        assertEquals(handles.size(), next, listing);
        return text.toString();
    }

    private static String handle(JsonObject rule) {
        return rule.get("handle").getAsString();
    }

    private static List<Finding> look(String name) throws IOException {
        String backend = name.contains("nflog") ? "nflog" : "nfqueue";
        return new RulesArea().look(host(name), Scopes.withTargetPort(backend, 8080));
    }

    private static Finding only(String name) throws IOException {
        List<Finding> findings = look(name);
        assertEquals(1, findings.size(), findings.toString());
        return findings.get(0);
    }

    @Test
    void shouldReadRulesAsTheKernelObeysThem() throws IOException {
        Map<String, String> read = new TreeMap<>();
        for (String name : RIGHT.keySet()) {
            Finding finding = only(name);
            read.put(name, verdict(finding));
        }
        assertEquals(RIGHT, read);
    }

    @Test
    void shouldHaveEachRecordedInput() throws IOException {
        try (Stream<Path> files = Files.list(INPUTS)) {
            assertEquals(RIGHT.size() * 2L, files.count());
        }
    }

    @Test
    void shouldShowARuleThatItDoesNotUnderstandAsNftWritesIt() throws IOException {
        assertTrue(only("12 jhash")
                .fact()
                .startsWith("[nft: ip t out handle 4: tcp sport 8080 queue to jhash ip daddr . tcp dport mod 2] may"));
    }

    @Test
    void shouldReadTheRulesBehindOneThatItDoesNotUnderstand() throws IOException {
        String json = input("11 numgen", ".json");
        String last = input("01 plain", ".json").replaceAll(".*(, \\{\"rule\": .*)\\]\\}\\s*", "$1");
        String both = json.strip().replaceAll("\\]\\}$", "") + last.replace("\"handle\": 4", "\"handle\": 9") + "]}";
        String listing = input("11 numgen", ".txt").replaceFirst("mod 2\n", "mod 2\n\t\ttcp sport 8080 queue to 0\n");
        List<Finding> findings = new RulesArea().look(host(listing, both), Scopes.withTargetPort("nfqueue", 8080));
        assertEquals(1, findings.size(), findings.toString());
        assertTrue(
                findings.get(0).fact().contains("handle 9: tcp sport 8080 queue to 0] comes after [nft: ip t out"),
                findings.toString());
    }

    @Test
    void shouldKeepARuleThatIsRightAndAskForItsQueues() throws IOException {
        for (String name : List.of("02 fanout 0-1", "92 balance of iptables-nft")) {
            assertEquals("intercept --backend=nfqueue --queue=0:1", only(name).remedy());
        }
    }

    @Test
    void shouldNameTheClassicMistake() throws IOException {
        Finding finding = only("21 dport");
        assertEquals(
                "[nft: ip t out handle 2: tcp dport 8080 queue to 0] has the test server's port as the destination;"
                        + " in an answer it is the source",
                finding.fact());
        assertTrue(finding.remedy().endsWith(" && nft delete rule ip t out handle 2"), finding.remedy());
    }

    /** Other ports that are copied too are not looked at: their answers are nobody's replay. */
    @Test
    void shouldWantAStopForTheTargetsPortOnlyOfThoseThatASetCopies() throws IOException {
        String set = "{ 8080, 9000-9100 }";
        String json = input("24 nflog, two rules", ".json")
                .replaceFirst("8080", "{\"set\": [8080, {\"range\": [9000, 9100]}]}");
        TextHost host = host(input("24 nflog, two rules", ".txt").replaceFirst("8080", set), json);
        assertEquals("OK queue-rule", verdictOfNflog(host, 8080));
        assertEquals("FAIL rule-missing", verdictOfNflog(host, 9050));
    }

    private static String verdictOfNflog(TextHost host, int port) {
        List<Finding> findings = new RulesArea().look(host, Scopes.withTargetPort("nflog", port));
        assertEquals(1, findings.size(), findings.toString());
        return verdict(findings.get(0));
    }

    @Test
    void shouldPutTheRuleWhereTheDropIs() throws IOException {
        assertEquals(
                "nft delete rule ip t out handle 2 && nft insert rule ip e out 'tcp sport 8080 queue num 0'",
                only("19 drop in an earlier table").remedy());
    }

    @Test
    void shouldFailWhereABypassHasNoListener() throws IOException {
        TextHost host = host("03 bypass").file("/proc/thread-self/net/netfilter/nfnetlink_queue", "");
        Finding finding = new RulesArea()
                .look(host, Scopes.withTargetPort("nfqueue", 8080))
                .get(0);
        assertEquals("FAIL rule-bypass", verdict(finding));
        assertEquals(
                "nft insert rule ip t out tcp sport 8080 queue to 0 && nft delete rule ip t out handle 2",
                finding.remedy());
    }

    /** nft 1.0.6 writes rubbish in JSON for a flag, or breaks off there. */
    @Test
    void shouldLeaveOutATableThatIsDormant() throws IOException {
        String json = input("01 plain", ".json");
        String listing = input("01 plain", ".txt").replaceFirst("\\{\n", "{\n\tflags dormant\n");
        for (String flags : List.of("\"d\"", "\"dormant\"", "[\"dormant\"]")) {
            String dormant = json.replaceFirst("\"name\": \"t\"", "\"name\": \"t\", \"flags\": " + flags);
            List<Finding> findings =
                    new RulesArea().look(host(listing, dormant), Scopes.withTargetPort("nfqueue", 8080));
            assertEquals("rule-missing", findings.get(0).id().label(), flags);
        }
        TextHost broken = host("01 plain")
                .command(
                        "nft -a list ruleset",
                        listing + input("01 plain", ".txt").replace("ip t", "ip s"))
                .command("nft -j list ruleset", "{\"nftables\": [{\"table\": {\"flags\": ")
                .command("nft -j list table ip s", json.replace("\"t\"", "\"s\""));
        assertEquals(
                "OK queue-rule",
                verdict(new RulesArea()
                        .look(broken, Scopes.withTargetPort("nfqueue", 8080))
                        .get(0)));
    }

    @Test
    void shouldSayThatNftCouldNotBeRead() throws IOException {
        TextHost host = host("01 plain").failingCommand("nft -j list ruleset", "Error: JSON support not compiled-in");
        assertEquals(
                "WARN queue-rule",
                verdict(new RulesArea()
                        .look(host, Scopes.withTargetPort("nfqueue", 8080))
                        .get(0)));
    }

    private static String verdict(Finding finding) {
        return finding.severity() + " " + finding.id().label();
    }
}
