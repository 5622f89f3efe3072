package dev.intercept.diagnosis.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.diagnosis.Severity;
import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.PacketSocket;
import dev.intercept.kit.RawSocket;
import dev.intercept.kit.TestNetwork;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault is made for real in a private network namespace, is found, and is gone once the remedy was run as it is told. */
class HostCheckNamespaceTest {

    private static final int WAIT_MS = 5_000;
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

    /** Sees the fault, does as told, sees it gone. */
    private Finding mend(FindingId id, CheckScope scope) throws Exception {
        Finding finding = find(id, scope).orElseThrow(() -> new AssertionError("no finding " + id.label()));
        sh(finding.remedy().replace("PORT", "80"));
        assertEquals(Optional.empty(), find(id, scope));
        return finding;
    }

    @Test
    void shouldFindThatTheRuleIsMissing() throws Exception {
        Finding finding = mend(FindingId.RULE_MISSING, Scopes.of("nfqueue"));
        assertEquals("iptables -I OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0", finding.remedy());
        assertEquals(Severity.FAIL, finding.severity());
    }

    @Test
    void shouldFindThatNoRuleIsForTheTargetsPort() throws Exception {
        sh(RULE + "0");
        Finding finding = mend(FindingId.RULE_MISSING, Scopes.withTargetPort("nfqueue", 8080));
        assertEquals("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0", finding.remedy());
    }

    @Test
    void shouldFindThatTheRuleSendsToAnotherQueue() throws Exception {
        sh(RULE + "3");
        Finding finding = mend(FindingId.RULE_WRONG_QUEUE, Scopes.of("nfqueue"));
        assertTrue(finding.fact().contains("sends to queue 3, where nothing listens"), finding.fact());
        assertFalse(namespace.exec("iptables-nft-save").contains("--queue-num 3"));
    }

    @Test
    void shouldFindThatAnEarlierAcceptWins() throws Exception {
        sh("iptables -A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
        sh(RULE + "0");
        mend(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue"));
        String rules = namespace.exec("iptables-nft-save");
        assertTrue(rules.indexOf("NFQUEUE") < rules.indexOf("conntrack"), rules);
    }

    @Test
    void shouldFindThatAnEarlierAcceptOfLegacyRulesWins() throws Exception {
        sh("iptables-legacy -A OUTPUT -p tcp -j ACCEPT");
        sh("iptables-legacy -A OUTPUT -p tcp --sport 80 -j QUEUE");
        mend(FindingId.RULE_AFTER_ACCEPT, Scopes.of("nfqueue"));
    }

    @Test
    void shouldSayThatNothingListensYet() throws Exception {
        sh(RULE + "0");
        Finding finding = find(FindingId.RULE_NO_LISTENER, Scopes.of("nfqueue")).orElseThrow();
        assertEquals("intercept --backend=nfqueue --queue=0", finding.remedy());
        assertEquals(Severity.WARN, finding.severity());
    }

    @Test
    void shouldFindThatForwardingSendsAnswersOn() throws Exception {
        sh("sysctl -w net.ipv4.ip_forward=1");
        assertEquals(Optional.empty(), find(FindingId.IP_FORWARD, Scopes.of("nfqueue")));
        mend(FindingId.IP_FORWARD, Scopes.of("pcap"));
    }

    @Test
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
    void shouldFindTheFilterOfAllInterfaces() throws Exception {
        sh("sysctl -w net.ipv4.conf.all.rp_filter=1");
        mend(FindingId.RP_FILTER, Scopes.withClient("nfqueue", TestNetwork.client(1)));
    }

    @Test
    void shouldFindThatTheClientHasNoRoute() throws Exception {
        sh("ip route add blackhole 203.0.113.0/24");
        Finding finding = mend(FindingId.CLIENT_ROUTE, Scopes.withClient("nfqueue", "203.0.113.5"));
        assertTrue(finding.fact().startsWith("no route to the client 203.0.113.5"), finding.fact());
    }

    @Test
    void shouldNameWhoHasThePort() throws Exception {
        Finding finding;
        int port;
        try (ServerSocket taken = namespace.call(() -> new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")))) {
            port = taken.getLocalPort();
            finding = find(FindingId.PORT, scopeOfPort(port)).orElseThrow();
        }
        long self = ProcessHandle.current().pid();
        assertEquals("port " + port + " is taken by process " + self + " (java)", finding.fact());
        assertEquals("kill " + self + "  # or another port here and at tcpcopy: -p PORT", finding.remedy());
        assertEquals(Optional.empty(), find(FindingId.PORT, scopeOfPort(port)));
    }

    private static CheckScope scopeOfPort(int port) {
        return Scopes.of(InterceptConfig.builder().backendName("nfqueue").port(port));
    }

    @Test
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
