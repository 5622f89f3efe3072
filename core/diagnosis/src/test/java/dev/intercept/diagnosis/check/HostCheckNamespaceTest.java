package dev.intercept.diagnosis.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.TextHost;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import dev.intercept.server.ClientProtocols;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.ProtocolOptions.Combined;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each fault is made for real in a private network namespace, is found, and is gone once the remedy was run as it is printed. */
class HostCheckNamespaceTest {

    private static final int WAIT_MS = 60_000;
    private static final int SHORT_MS = 300;
    private static final String RULE = "iptables -A OUTPUT -p tcp --sport 80 -j NFQUEUE --queue-num ";

    private NetworkNamespace namespace;

    @BeforeEach
    void layOut() throws Exception {
        namespace = NetworkNamespace.withTestNetwork();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private void sh(String command) throws Exception {
        namespace.exec("sh", "-c", command);
    }

    private List<Finding> check(CheckScope scope) throws Exception {
        return namespace.call(() -> HostCheck.look(new LocalHost(), scope));
    }

    private Optional<Finding> find(FindingId id, CheckScope scope) throws Exception {
        return check(scope).stream()
                .filter(finding -> finding.id() == id && finding.severity() != Severity.OK)
                .findFirst();
    }

    /** Sees the fault, does as it says, sees it gone and no other in its place. */
    private Finding mend(FindingId id, CheckScope scope) throws Exception {
        Set<FindingId> before = wrong(scope);
        Finding finding = find(id, scope).orElseThrow(() -> new AssertionError("no finding " + id.label()));
        sh(finding.remedy().replace("PORT", "80"));
        before.remove(id);
        before.add(FindingId.RULE_NO_LISTENER); // In this test nobody listens.
        Set<FindingId> after = wrong(scope);
        assertTrue(before.containsAll(after), () -> after + " after " + finding.remedy());
        return finding;
    }

    private Set<FindingId> wrong(CheckScope scope) throws Exception {
        return check(scope).stream()
                .filter(finding -> finding.severity() != Severity.OK)
                .map(Finding::id)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FindingId.class)));
    }

    @Test
    @Tag("rule-missing")
    void shouldFindThatTheRuleIsMissing() throws Exception {
        Finding finding = mend(FindingId.RULE_MISSING, Scopes.of("nfqueue"));
        assertEquals("iptables -I OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0", finding.remedy());
        assertEquals(Severity.FAIL, finding.severity());
    }

    @Test
    @Tag("rule-missing")
    void shouldFindThatNoRuleIsForTheTargetsPort() throws Exception {
        sh(RULE + "0");
        Finding finding = mend(FindingId.RULE_MISSING, Scopes.withTargetPort("nfqueue", 8080));
        assertEquals("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0", finding.remedy());
    }

    @Test
    @Tag("rule-wrong-queue")
    void shouldFindThatTheRuleSendsToAnotherQueue() throws Exception {
        sh(RULE + "3");
        Finding finding = mend(FindingId.RULE_WRONG_QUEUE, Scopes.of("nfqueue"));
        assertTrue(finding.fact().contains("sends to queue 3, where nothing listens"), finding.fact());
        assertFalse(namespace.exec("iptables-nft-save").contains("--queue-num 3"));
    }

    @Test
    @Tag("rule-bypass")
    void shouldFindTheRuleThatLetsAnswersPassWithoutAListener() throws Exception {
        sh(RULE + "0 --queue-bypass");
        mend(FindingId.RULE_BYPASS, Scopes.of("nfqueue"));
        assertFalse(namespace.exec("iptables-nft-save").contains("--queue-bypass"));
    }

    /** An accept in an earlier table takes nothing from ours, a drop does. */
    @Test
    @Tag("rule-after-accept")
    void shouldFindThatADropOfAnEarlierTableWins() throws Exception {
        sh("nft add table ip e");
        sh("nft add chain ip e out '{ type filter hook output priority -10; }'");
        sh("nft add rule ip e out tcp sport 80 accept");
        sh(RULE + "0");
        assertTrue(find(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue")).isEmpty());
        sh("nft insert rule ip e out tcp sport 80 drop");
        Finding finding =
                find(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue")).orElseThrow();
        assertTrue(finding.fact().endsWith(" comes after [nft: ip e out handle 3: tcp sport 80 drop]"), finding.fact());
    }

    /** Hooks whose packets depend on devices and routes: a rule there is neither well nor wrong, and its text is whole. */
    @Test
    @Tag("queue-rule")
    void shouldLeaveRulesOfOtherHooksToTheUser() throws Exception {
        String queue = "-p tcp --sport 80 -j NFQUEUE --queue-num 0";
        sh("iptables -t raw -A PREROUTING " + queue);
        assertDoubt(
                "nfqueue", "[iptables-nft: -A PREROUTING -p tcp -m tcp --sport 80 -j NFQUEUE --queue-num 0] may hand");
        sh("iptables -A FORWARD " + queue + " && iptables -t raw -R PREROUTING 1 -p tcp --sport 80 -j DROP");
        assertDoubt(
                "nfqueue",
                "] comes after [iptables-nft: -A PREROUTING -p tcp -m tcp --sport 80 -j DROP]; which answers");
        sh("iptables -t raw -F PREROUTING && iptables -t raw -A PREROUTING -d 10.0.0.1 -p tcp --sport 80 -j DROP");
        find(FindingId.RULE_NO_LISTENER, Scopes.of("nfqueue")).orElseThrow();
        sh("nft add table netdev e && nft add chain netdev e in" + " '{ type filter hook ingress device "
                + TestNetwork.TARGET_DEVICE + " priority 0; policy drop; }'");
        assertDoubt(
                "nfqueue", "] comes after [nft: netdev e in: policy drop]; which answers come through hook ingress");
    }

    @Test
    @Tag("queue-rule")
    void shouldNotTakeADropBehindTheDeviceForAStop() throws Exception {
        sh("iptables -A OUTPUT -p tcp --sport 80 -j NFLOG --nflog-group 0");
        sh("nft add table netdev e && nft add chain netdev e out" + " '{ type filter hook egress device "
                + TestNetwork.TARGET_DEVICE + " priority 0; }'");
        sh("nft add rule netdev e out tcp sport 80 drop");
        assertDoubt("nflog", "] hands up a copy, and [nft: netdev e out handle 2: tcp sport 80 drop] comes after it;");
    }

    /** The kernel calls chains of one priority in the order in which they were made, and each tool lists its own. */
    @Test
    @Tag("queue-rule")
    void shouldNotJudgeTheOrderOfTwoToolsChainsOfOnePriority() throws Exception {
        sh(RULE + "0");
        sh("iptables-legacy -A OUTPUT -p tcp --sport 80 -j DROP");
        assertDoubt("nfqueue", "[iptables-legacy: -A OUTPUT -p tcp -m tcp --sport 80 -j DROP]; which of two chains");
        sh("iptables-legacy -F OUTPUT && nft add table ip e");
        sh("nft add chain ip e out '{ type filter hook output priority 0; policy drop; }'");
        assertDoubt("nfqueue", "] comes beside [nft: ip e out: policy drop]; which of two chains of hook output");
        sh("nft flush ruleset");
        sh(RULE + "0 && iptables-legacy -A OUTPUT -p tcp --sport 22 -j DROP");
        find(FindingId.RULE_NO_LISTENER, Scopes.of("nfqueue")).orElseThrow();
    }

    private void assertDoubt(String backend, String part) throws Exception {
        List<Finding> rules = check(Scopes.of(backend)).stream()
                .filter(finding -> finding.id().label().contains("rule"))
                .toList();
        assertEquals(
                List.of(FindingId.QUEUE_RULE), rules.stream().map(Finding::id).toList(), rules::toString);
        assertEquals(Severity.WARN, rules.get(0).severity());
        assertTrue(rules.get(0).fact().contains(part), rules.get(0).fact());
    }

    @Test
    @Tag("rule-after-accept")
    void shouldFindThatAnEarlierAcceptWins() throws Exception {
        sh("iptables -A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
        sh(RULE + "0");
        mend(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue"));
        String rules = namespace.exec("iptables-nft-save");
        assertTrue(rules.indexOf("NFQUEUE") < rules.indexOf("conntrack"), rules);
    }

    @Test
    @Tag("rule-after-accept")
    void shouldFindThatAnEarlierAcceptOfLegacyRulesWins() throws Exception {
        sh("iptables-legacy -A OUTPUT -p tcp -j ACCEPT");
        sh("iptables-legacy -A OUTPUT -p tcp --sport 80 -j QUEUE");
        mend(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue"));
    }

    @Test
    @Tag("rule-drops")
    void shouldFindTheDropThatTheTargetsTcpNotices() throws Exception {
        sh("iptables -A OUTPUT -p tcp --sport 80 -j NFLOG --nflog-group 0");
        sh("iptables -A OUTPUT -p tcp --sport 80 -j DROP");
        mend(FindingId.RULE_DROPS, Scopes.of("nflog"));
        assertFalse(namespace.exec("iptables-nft-save").contains("-j DROP"));
    }

    @Test
    @Tag("rule-missing")
    void shouldFindThatNothingStopsWhatWasCopied() throws Exception {
        sh("iptables -A OUTPUT -p tcp --sport 80 -j NFLOG --nflog-group 0");
        mend(FindingId.RULE_MISSING, Scopes.of("nflog"));
    }

    @Test
    @Tag("tcp-timestamps")
    void shouldFindTheTimestampsThatAnOldTcpcopyDoesNotRewrite() throws Exception {
        assertEquals(
                "1", namespace.exec("sysctl", "-n", "net.ipv4.tcp_timestamps").strip());
        InterceptConfig.Builder config = InterceptConfig.builder()
                .backendName("nfqueue")
                .protocol(ClientProtocols.all(
                        new ProtocolOptions(Combined.AUTO, false, false, Optional.of(Generation.V0_6))));
        mend(FindingId.TCP_TIMESTAMPS, Scopes.of(config));
    }

    @Test
    void shouldSayThatNothingListensYet() throws Exception {
        sh(RULE + "0");
        Finding finding = find(FindingId.RULE_NO_LISTENER, Scopes.of("nfqueue")).orElseThrow();
        assertEquals("intercept --backend=nfqueue --queue=0", finding.remedy());
        assertEquals(Severity.WARN, finding.severity());
    }

    @Test
    @Tag("ip-forward")
    void shouldFindThatForwardingSendsAnswersOn() throws Exception {
        sh("sysctl -w net.ipv4.ip_forward=1");
        assertEquals(Optional.empty(), find(FindingId.IP_FORWARD, Scopes.of("nfqueue")));
        mend(FindingId.IP_FORWARD, Scopes.of("pcap"));
    }

    @Test
    @Tag("rp-filter")
    void shouldFindTheFilterThatDropsCopiedRequests() throws Exception {
        try (NetworkNamespace online = onlineServer()) {
            sh("sysctl -w net.ipv4.conf.in0.rp_filter=1");
            assertFalse(isAnswered(online, 1, SHORT_MS), "a strict filter drops what comes in by in0");
            Finding finding = mend(FindingId.RP_FILTER, Scopes.withClient("nfqueue", TestNetwork.client(1)));
            assertEquals(
                    "in0 filters strictly (rp_filter: all 0, in0 1), and answers leave by target0", finding.fact());
            assertTrue(isAnswered(online, 2, WAIT_MS), "the remedy lets copied requests in");
        }
    }

    /** The host on which tcpcopy runs: its packets come in by in0, while answers to the clients leave by target0. */
    private NetworkNamespace onlineServer() throws Exception {
        NetworkNamespace online = new NetworkNamespace();
        String thread = online.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString());
        sh("ip link add in0 type veth peer name out0 netns " + thread);
        sh("ip address add 10.9.0.1/24 dev in0 && ip link set in0 up");
        online.exec("sh", "-c", "ip address add 10.9.0.2/24 dev out0 && ip link set out0 up");
        online.exec("ip", "route", "add", TestNetwork.TARGET, "via", "10.9.0.1");
        return online;
    }

    /** Nothing listens on port 9, so the answer to a SYN is a RST. */
    private boolean isAnswered(NetworkNamespace online, int client, int timeoutMs) throws Exception {
        byte[] syn = new PacketBuilder()
                .from(TestNetwork.client(client), 40000)
                .to(TestNetwork.TARGET, 9)
                .flags(PacketBuilder.SYN)
                .build();
        try (PacketSocket wire = namespace.call(() -> new PacketSocket(TestNetwork.WIRE_DEVICE))) {
            online.run(() -> {
                try (RawSocket raw = new RawSocket()) {
                    raw.send(syn);
                }
            });
            return wire.poll(timeoutMs).isPresent();
        }
    }

    @Test
    @Tag("rp-filter")
    void shouldFindTheFilterOfAllInterfaces() throws Exception {
        sh("sysctl -w net.ipv4.conf.all.rp_filter=1");
        mend(FindingId.RP_FILTER, Scopes.withClient("nfqueue", TestNetwork.client(1)));
    }

    @Test
    @Tag("client-route")
    void shouldFindThatTheClientHasNoRoute() throws Exception {
        sh("ip route add blackhole 203.0.113.0/24");
        Finding finding = mend(FindingId.CLIENT_ROUTE, Scopes.withClient("nfqueue", "203.0.113.5"));
        assertTrue(finding.fact().startsWith("no route to the client 203.0.113.5"), finding.fact());
    }

    @Test
    @Tag("port")
    void shouldNameWhoHasThePort() throws Exception {
        Process other = namespace.call(OtherListener::start);
        int port = OtherListener.port(other);
        Finding finding = find(FindingId.PORT, scopeOfPort(port)).orElseThrow();
        assertEquals("port " + port + " is taken by process " + other.pid() + " (java)", finding.fact());
        assertEquals("kill " + other.pid() + "  # or another port here and at tcpcopy: -p PORT", finding.remedy());
        sh(finding.remedy());
        assertTrue(other.waitFor(WAIT_MS, TimeUnit.MILLISECONDS));
        assertEquals(Optional.empty(), find(FindingId.PORT, scopeOfPort(port)));
    }

    private static CheckScope scopeOfPort(int port) {
        return Scopes.of(InterceptConfig.builder().backendName("nfqueue").port(port));
    }

    @Test
    @Tag("target-port")
    void shouldFindThatNothingListensOnTheTargetsPort() throws Exception {
        CheckScope scope = Scopes.withTargetPort("nfqueue", 8080);
        assertEquals(
                "nothing listens on the target's port 8080",
                find(FindingId.TARGET_PORT, scope).orElseThrow().fact());
        try (ServerSocket target = namespace.call(() -> new ServerSocket(8080))) {
            assertEquals(8080, target.getLocalPort());
            assertEquals(Optional.empty(), find(FindingId.TARGET_PORT, scope));
        }
    }

    /** The kernel is an old one by what it says of itself; the route is this kernel's. */
    @Test
    @Tag("tunnel-acknowledgement")
    void shouldHaveRecordsAcknowledgedByTheRouteThatAnOldKernelNeeds() throws Exception {
        TextHost old = new TextHost().file("/proc/sys/kernel/osrelease", "4.9.0");
        Finding finding =
                new AcknowledgementArea().look(old, Scopes.of("nfqueue")).get(0);
        sh(finding.remedy()
                .replaceAll(" +#.*", "")
                .replace("TCPCOPY-HOST", "203.0.113.7")
                .replace("GATEWAY", TestNetwork.client(1))
                .replace("DEVICE", TestNetwork.TARGET_DEVICE));
        assertTrue(namespace.exec("ip", "route", "show", "203.0.113.7").contains(" quickack 1"));
    }

    @Test
    void shouldWarnOfAPublicAddressThatEveryoneReaches() throws Exception {
        Finding finding = find(FindingId.PUBLIC_ADDRESS, Scopes.of("nfqueue")).orElseThrow();
        assertEquals("port 36524 is reached at " + TestNetwork.TARGET + " by everyone", finding.fact());
    }

    @Test
    void shouldSayThatThisIsAnotherNamespace() throws Exception {
        assertTrue(find(FindingId.NETWORK_NAMESPACE, Scopes.of("nfqueue")).isPresent());
    }
}
