package dev.intercept.diagnosis.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.TextHost;
import dev.intercept.diagnosis.rules.Rule.Action;
import dev.intercept.diagnosis.rules.RuleSet.Feed;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RuleSetTest {

    private static List<Feed> queueFeeds(String... outputRules) {
        String saved = "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:web - [0:0]\n"
                + String.join("\n", outputRules) + "\nCOMMIT\n";
        return RuleSet.read(new TextHost().command("iptables-nft-save", saved))
                .feeds(Action.QUEUE, OptionalInt.empty());
    }

    @Test
    void shouldReadQueueNumberAndPort() {
        Rule rule = queueFeeds("-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 3 --queue-bypass")
                .get(0)
                .rule();
        assertTrue(rule.feeds(3));
        assertFalse(rule.feeds(0));
        assertTrue(rule.isBypass());
        assertTrue(rule.matchesPort(80));
        assertFalse(rule.matchesPort(81));
        assertEquals(
                "iptables-nft -t filter -D OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 3 --queue-bypass",
                rule.removal());
    }

    @Test
    void shouldTakeQueueForNfqueueZero() {
        assertTrue(queueFeeds("-A OUTPUT -p tcp -m tcp --sport 80 -j QUEUE")
                .get(0)
                .rule()
                .feeds(0));
    }

    @Test
    void shouldReadABalanceAndPortsOfMultiport() {
        Rule rule = queueFeeds("-A OUTPUT -p tcp -m multiport --sports 80,8000:8010 -j NFQUEUE --queue-balance 2:5")
                .get(0)
                .rule();
        assertTrue(rule.feeds(2) && rule.feeds(5));
        assertTrue(rule.matchesPort(8005));
        assertFalse(rule.matchesPort(8011));
    }

    @Test
    void shouldLeaveOutRulesThatSeeRequests() {
        assertTrue(queueFeeds("-A INPUT -p tcp -m tcp --dport 80 -j NFQUEUE --queue-num 0")
                .isEmpty());
    }

    @Test
    void shouldSeeThatAnEarlierAcceptWins() {
        String queue = "-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 0";
        for (String accept : List.of(
                "-A OUTPUT -j ACCEPT",
                "-A OUTPUT -p tcp -j ACCEPT",
                "-A OUTPUT -p tcp -m tcp --sport 1:1024 -j ACCEPT",
                "-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A OUTPUT -m comment --comment web -j ACCEPT")) {
            assertNotNull(queueFeeds(accept, queue).get(0).winner(), accept);
            assertNull(queueFeeds(queue, accept).get(0).winner(), accept);
        }
    }

    @Test
    void shouldNotBlameAnAcceptThatTakesOnlySomeAnswers() {
        String queue = "-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 0";
        for (String accept : List.of(
                "-A OUTPUT -o lo -j ACCEPT",
                "-A OUTPUT -d 10.0.0.1/32 -j ACCEPT",
                "-A OUTPUT -p udp -j ACCEPT",
                "-A OUTPUT -p tcp -m tcp --sport 22 -j ACCEPT",
                "-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT",
                "-A OUTPUT -p tcp -m owner --uid-owner 0 -j ACCEPT")) {
            assertNull(queueFeeds(accept, queue).get(0).winner(), accept);
        }
    }

    @Test
    void shouldFollowCallsOfChains() {
        List<Feed> feeds = queueFeeds(
                "-A OUTPUT -p tcp -m tcp --sport 80:90 -j web",
                "-A web -p tcp -m tcp --sport 80 -j ACCEPT",
                "-A web -j NFQUEUE --queue-num 0",
                "-A web -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 1");
        assertEquals(2, feeds.size());
        assertNull(feeds.get(0).winner());
        assertTrue(feeds.get(0).rule().matchesPort(85));
        assertFalse(feeds.get(0).rule().matchesPort(91));
        assertNotNull(feeds.get(1).winner());
    }

    @Test
    void shouldLeaveOutAChainThatNobodyCalls() {
        assertTrue(queueFeeds("-A web -j NFQUEUE --queue-num 0").isEmpty());
    }

    private static List<Feed> nftFeeds(String rules, Action action) {
        String json = "# a warning\n{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}},"
                + "{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"out\", \"handle\": 1, \"type\": \"filter\","
                + " \"hook\": \"output\", \"prio\": 0, \"policy\": \"accept\"}}," + rules + "]}";
        String listing = "table ip t { # handle 1\n\tchain out { # handle 1\n"
                + "\t\ttype filter hook output priority filter; policy accept;\n"
                + "\t\tct state established,related counter packets 5 bytes 20 accept # handle 3\n"
                + "\t\ttcp sport { 80,\n\t\t\t    80 } queue flags bypass to 0-3 # handle 7\n\t}\n}\n";
        return RuleSet.read(new TextHost().command("nft -j list ruleset", json).command("nft -a list ruleset", listing))
                .feeds(action, OptionalInt.empty());
    }

    private static String nftRule(int handle, String expressions) {
        return "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"out\", \"handle\": " + handle
                + ", \"expr\": [" + expressions + "]}}";
    }

    private static final String SPORT_80 =
            "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"tcp\","
                    + " \"field\": \"sport\"}}, \"right\": 80}}";

    @Test
    void shouldReadARuleOfNft() {
        Rule rule = nftFeeds(
                        nftRule(7, SPORT_80 + ", {\"queue\": {\"num\": {\"range\": [0, 3]}, \"flags\": [\"bypass\"]}}"),
                        Action.QUEUE)
                .get(0)
                .rule();
        assertTrue(rule.feeds(3) && rule.isBypass() && rule.matchesPort(80));
        assertFalse(rule.matchesPort(81));
        assertEquals("nft delete rule ip t out handle 7", rule.removal());
        assertEquals("nft insert rule ip t out 'tcp sport { 80, 80 } queue flags bypass to 0-3'", rule.insertion());
        assertEquals("nft insert rule ip t out 'tcp sport { 80, 80 } queue to 0-3'", rule.insertionWithoutBypass());
    }

    @Test
    void shouldSeeThatAnEarlierAcceptOfNftWins() {
        String accept = nftRule(
                3,
                "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}},"
                        + " \"right\": [\"established\", \"related\"]}}, {\"accept\": null}");
        Feed feed = nftFeeds(accept + "," + nftRule(4, SPORT_80 + ", {\"queue\": {\"num\": 0}}"), Action.QUEUE)
                .get(0);
        assertEquals(
                "nft: ip t out handle 3: ct state established,related counter accept",
                feed.winner().text());
    }

    @Test
    void shouldReadALogGroupOfNft() {
        assertTrue(nftFeeds(nftRule(2, SPORT_80 + ", {\"log\": {\"group\": 5}}"), Action.COPY)
                .get(0)
                .rule()
                .feeds(5));
    }

    /** nft has words for some of them only, so that a copy would seem to be stopped by nothing. */
    @Test
    void shouldLeaveTheRulesOfIptablesToItsOwnTool() {
        String saved = "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --sport 80 -j NFLOG --nflog-group 5\n"
                + "-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 65535\nCOMMIT\n";
        String nft = "{\"nftables\": ["
                + "{\"chain\": {\"family\": \"ip\", \"table\": \"filter\", \"name\": \"OUTPUT\", \"hook\": \"output\"}},"
                + "{\"rule\": {\"family\": \"ip\", \"table\": \"filter\", \"chain\": \"OUTPUT\", \"handle\": 3, \"expr\": ["
                + SPORT_80 + ", {\"log\": {\"group\": 5}}]}}]}";
        List<Feed> feeds = RuleSet.read(
                        new TextHost().command("iptables-nft-save", saved).command("nft -j list ruleset", nft))
                .feeds(Action.COPY, OptionalInt.empty());
        assertEquals(1, feeds.size(), feeds.toString());
        assertTrue(feeds.get(0).rule().removal().startsWith("iptables-nft "), feeds.toString());
    }

    @Test
    void shouldReadNothingFromWhatIsNoRuleSet() {
        RuleSet rules = RuleSet.read(new TextHost().command("nft -j list ruleset", "no json"));
        assertTrue(rules.feeds(Action.QUEUE, OptionalInt.empty()).isEmpty());
        assertEquals(List.of(), rules.tools());
        assertEquals(List.of("nft"), rules.unread());
    }

    @Test
    void shouldReadWhatIsNegated() {
        String queue = "-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 0";
        assertTrue(queueFeeds("-A OUTPUT ! -p tcp -j NFQUEUE --queue-num 0").isEmpty());
        assertNull(queueFeeds("-A OUTPUT -p tcp -m tcp ! --sport 80 -j ACCEPT", queue)
                .get(0)
                .winner());
        assertNotNull(queueFeeds("-A OUTPUT -p tcp -m tcp ! --sport 22 -j ACCEPT", queue)
                .get(0)
                .winner());
        assertNotNull(queueFeeds("-A OUTPUT -m conntrack ! --ctstate INVALID,NEW -j ACCEPT", queue)
                .get(0)
                .winner());
    }

    @Test
    void shouldLeaveAChainWhereARuleReturnsOrGoesOn() {
        String queue = "-A web -j NFQUEUE --queue-num 0";
        String call = "-A OUTPUT -p tcp -m tcp --sport 80 ";
        assertNotNull(queueFeeds(call + "-j web", "-A web -p tcp -j RETURN", queue)
                .get(0)
                .winner());
        assertNull(queueFeeds(call + "-j web", queue, "-A web -j RETURN").get(0).winner());
        String behind = "-A OUTPUT -p tcp -j NFQUEUE --queue-num 1";
        assertNull(queueFeeds(call + "-j web", behind).get(0).winner());
        List<Feed> feeds = queueFeeds("-A OUTPUT -p tcp -g web", behind);
        assertNotNull(feeds.get(0).winner(), "goto does not come back");
    }

    @Test
    void shouldDoubtWhatIsNotUnderstoodAndWhatComesAfterIt() {
        String queue = "-A OUTPUT -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 0";
        for (String unread : List.of(
                "-A OUTPUT -m mark --mark 0x1 -j ACCEPT",
                "-A OUTPUT -p tcp -m statistic --mode random --probability 0.5 -j DROP",
                "-A OUTPUT -p tcp -j SOMETHING")) {
            Feed feed = queueFeeds(unread, queue).get(0);
            assertNull(feed.winner(), unread);
            assertEquals("iptables-nft: " + unread, feed.doubt().text());
            assertNull(queueFeeds(queue, unread).get(0).doubt(), unread);
        }
        Feed own = queueFeeds(queue.replace("--sport 80", "--sport 80 --tcp-flags SYN SYN"))
                .get(0);
        assertEquals(own.rule(), own.doubt());
    }

    /** Each in a chain of another table than the queue's: a drop before it takes the answers, an accept does not. */
    @Test
    void shouldGoThroughTheTablesByPriority() {
        String filter = "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -j NFQUEUE --queue-num 0\nCOMMIT\n";
        for (String other : List.of("-j ACCEPT", "-j DROP")) {
            for (String table : List.of("raw", "mangle", "nat", "security")) {
                String saved =
                        filter + "*" + table + "\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp " + other + "\nCOMMIT\n";
                Feed feed = RuleSet.read(new TextHost().command("iptables-nft-save", saved))
                        .feeds(Action.QUEUE, OptionalInt.of(80))
                        .get(0);
                boolean isTaken =
                        other.equals("-j DROP") && List.of("raw", "mangle").contains(table);
                assertEquals(isTaken, feed.winner() != null, saved);
            }
        }
        String policy = "*mangle\n:OUTPUT DROP [0:0]\nCOMMIT\n";
        assertEquals(
                "iptables-nft -t mangle: -P OUTPUT DROP",
                RuleSet.read(new TextHost().command("iptables-nft-save", policy + filter))
                        .feeds(Action.QUEUE, OptionalInt.of(80))
                        .get(0)
                        .winner()
                        .text());
    }
}
