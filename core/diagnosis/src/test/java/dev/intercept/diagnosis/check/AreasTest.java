package dev.intercept.diagnosis.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.InterceptConfig;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.TextHost;
import dev.intercept.spi.Host;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Facts that a namespace of the test machine cannot produce, as texts. The others are in {@link HostCheckNamespaceTest}. */
class AreasTest {

    private static final String NFNETLINK_QUEUE = "/proc/thread-self/net/netfilter/nfnetlink_queue";

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings.toString());
        return findings.get(0);
    }

    private static Finding look(Area area, Host host, String backend) {
        return only(area.look(host, Scopes.of(backend)));
    }

    private static void assertFinding(FindingId id, Severity severity, String fact, String remedy, Finding finding) {
        assertEquals(new Finding(id, severity, finding.subject(), fact, remedy), finding);
    }

    @Test
    void shouldNameTheOwnerOfAQueueByProcess() {
        TextHost host = new TextHost()
                .file(NFNETLINK_QUEUE, "    0  -2147 0 2 65531     0     0        5  1")
                .file(
                        "/proc/thread-self/net/netlink",
                        "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n"
                                + "00000000 0 4294965149 00000000 0 0 0 2 0 11\n"
                                + "00000000 12 4294965149 00000000 0 0 0 2 0 4711")
                .file("/proc/77/comm", "nfqws")
                .link("/proc/77/fd/3", "socket:[4711]");
        assertFinding(
                FindingId.QUEUE_OWNER,
                Severity.FAIL,
                "queue 0 belongs to process 77 (nfqws)",
                "kill 77  # or a queue of your own, with a rule for it: --queue=1",
                look(new QueueOwnerArea(), host, "nfqueue"));
    }

    @Test
    void shouldOfferARangeOfQueuesThatIsFreeAsAWhole() {
        TextHost host = new TextHost()
                .file(
                        NFNETLINK_QUEUE,
                        "   12  -2147 0 2 65531     0     0        5  1\n   18     99 0 2 65531     0     0        5  1");
        Finding finding = only(new QueueOwnerArea().look(host, Scopes.of("nfqueue", Map.of("--queue", "10:13"))));
        assertTrue(finding.remedy().startsWith("intercept --queue=13:16  # with a rule for it"), finding.remedy());
    }

    @Test
    void shouldNotComplainOfAQueueThatInterceptOwns() {
        TextHost host = new TextHost()
                .file(NFNETLINK_QUEUE, "    0     77     0 2 65531     0     0        5  1")
                .file("/proc/thread-self/net/netlink", "00000000 12 77 00000000 0 0 0 2 0 4711")
                .file("/proc/77/comm", "java")
                .file("/proc/77/cmdline", "java\0-cp\0x.jar\0dev.intercept.cli.Main\0")
                .link("/proc/77/fd/3", "socket:[4711]");
        assertFinding(
                FindingId.QUEUE_OWNER,
                Severity.OK,
                "queue 0 belongs to process 77 (intercept)",
                "",
                look(new QueueOwnerArea(), host, "nfqueue"));
    }

    private static final String IP_QUEUE = """
            Peer PID          : %d
            Copy mode         : 2
            Copy range        : 65535
            Queue length      : 0
            Queue max. length : 1024
            Queue dropped     : 0
            Netlink dropped   : 0""";

    @Test
    void shouldNameTheOwnerOfIpQueue() {
        TextHost host = new TextHost()
                .file("/proc/net/ip_queue", String.format(IP_QUEUE, 54))
                .file("/proc/54/comm", "intercept-old");
        assertFinding(
                FindingId.QUEUE_OWNER,
                Severity.FAIL,
                "ip_queue belongs to process 54 (intercept-old)",
                "kill 54",
                look(new QueueOwnerArea(), host, "ipqueue"));
        assertTrue(look(
                        new QueueOwnerArea(),
                        new TextHost().file("/proc/net/ip_queue", String.format(IP_QUEUE, 0)),
                        "ipqueue")
                .fact()
                .contains("no listener"));
    }

    @Test
    void shouldSayWhichOfTwoQueueModulesToRemove() {
        TextHost host = new TextHost()
                .file("/proc/modules", "nfnetlink_queue 16384 1 - Live\nip_queue 12345 0 - Live")
                .file("/proc/thread-self/net/netfilter/nf_queue", " 0 NONE\n 2 ip_queue\n 10 NONE");
        List<Finding> findings = new BackendsArea().look(host, Scopes.of("nfqueue"));
        assertFinding(
                FindingId.QUEUE_HANDLERS,
                Severity.FAIL,
                "ip_queue and nfnetlink_queue are both loaded; the handler of IPv4 is ip_queue",
                "rmmod ip_queue",
                findings.get(findings.size() - 1));
        assertTrue(
                new BackendsArea()
                        .look(host, Scopes.of("ipqueue")).stream()
                                .noneMatch(finding ->
                                        finding.id() == FindingId.QUEUE_HANDLERS && finding.severity() != Severity.OK),
                "the handler is the one that is wanted");
        host.file("/proc/thread-self/net/netfilter/nf_queue", " 0 NONE\n 2 nf_queue\n 10 NONE");
        assertTrue(
                new BackendsArea().look(host, Scopes.of("ipqueue")).stream().anyMatch(finding -> finding.remedy()
                        .equals("rmmod nfnetlink_queue")),
                "the module of the backend that is wanted stays");
    }

    @Test
    void shouldDistinguishModulesThatAreLoadedBuiltInLoadableOrAbsent() {
        String file = "netfilter/nfnetlink_queue";
        TextHost host = new TextHost();
        assertEquals("nfnetlink_queue is absent", KernelModules.state(host, "nfnetlink_queue", file));
        host.command("modprobe -n nfnetlink_queue", "");
        assertEquals("nfnetlink_queue can be loaded", KernelModules.state(host, "nfnetlink_queue", file));
        host.file(NFNETLINK_QUEUE, "");
        assertEquals("nfnetlink_queue is built in", KernelModules.state(host, "nfnetlink_queue", file));
        host.file("/proc/modules", "nfnetlink_queue 16384 1 - Live");
        assertEquals("nfnetlink_queue is loaded", KernelModules.state(host, "nfnetlink_queue", file));
    }

    @Test
    void shouldMissTheCapabilityOfTheBackend() {
        TextHost without = new TextHost().file("/proc/self/status", "Name:\tjava\nCapEff:\t0000000000002000");
        assertFinding(
                FindingId.PRIVILEGES,
                Severity.FAIL,
                "this process lacks CAP_NET_ADMIN, which nfqueue needs",
                "sudo intercept  # or under systemd: AmbientCapabilities=CAP_NET_ADMIN",
                look(new PrivilegesArea(), without, "nfqueue"));
        assertEquals(Severity.OK, look(new PrivilegesArea(), without, "pcap").severity());
    }

    @Test
    void shouldWarnOfAConnectionTableThatIsNearlyFull() {
        TextHost host = new TextHost()
                .file("/proc/sys/net/core/dev_weight", "64")
                .file("/proc/sys/net/netfilter/nf_conntrack_max", "1000");
        assertFinding(
                FindingId.CONNTRACK,
                Severity.FAIL,
                "the connection table holds 990 of 1000",
                "sysctl -w net.netfilter.nf_conntrack_max=2000",
                look(new ConntrackArea(), host.file("/proc/sys/net/netfilter/nf_conntrack_count", "990"), "nfqueue"));
        host.file("/proc/sys/net/netfilter/nf_conntrack_count", "800");
        assertEquals(Severity.WARN, look(new ConntrackArea(), host, "nfqueue").severity());
        host.file("/proc/sys/net/netfilter/nf_conntrack_count", "8");
        assertEquals(Severity.OK, look(new ConntrackArea(), host, "nfqueue").severity());
        assertTrue(
                new ConntrackArea().look(new TextHost(), Scopes.of("nfqueue")).isEmpty());
    }

    @Test
    void shouldCompareTheQueueWithTheKernelsLimits() {
        TextHost host = new TextHost()
                .file("/proc/sys/net/core/dev_weight", "64")
                .file("/proc/sys/net/core/rmem_max", "212992");
        assertFinding(
                FindingId.QUEUE_MEMORY,
                Severity.WARN,
                "a queue of 1024 packets needs 2097152 bytes of socket buffer, net.core.rmem_max allows 212992",
                "sysctl -w net.core.rmem_max=2097152",
                only(new BackendHostArea().look(host, Scopes.of("nfqueue", Map.of("--queue-maxlen", "1024")))));
        assertFinding(
                FindingId.QUEUE_MEMORY,
                Severity.WARN,
                "net.ipv4.ip_queue_maxlen is 1024, a burst of more answers is dropped",
                "sysctl -w net.ipv4.ip_queue_maxlen=8192",
                look(new BackendHostArea(), host.file("/proc/sys/net/ipv4/ip_queue_maxlen", "1024"), "ipqueue"));
    }

    @Test
    void shouldSpeakOfTimestampsWhereAnOldClientIsMeant() {
        TextHost host = new TextHost().file("/proc/sys/net/ipv4/tcp_timestamps", "1");
        assertEquals(
                "net.ipv4.tcp_timestamps is 1; for tcpcopy before 0.9 set it to 0 on the target",
                look(new TimestampsArea(), host, "nfqueue").fact());
    }

    @Test
    void shouldKnowAContainerByItsFileAndItsNetworkByWhatOnlyTheHostsHas() {
        TextHost host = new TextHost()
                .file("/.dockerenv", "")
                .link("/proc/self/ns/pid", "pid:[4026532999]")
                .link("/proc/1/ns/net", "net:[2]")
                .link("/proc/thread-self/ns/net", "net:[2]");
        List<Finding> own = new NamespaceArea().look(host, Scopes.of("nfqueue"));
        assertTrue(own.get(0).fact().startsWith("this process is in a network namespace of its own, net:[2], "));
        assertEquals(
                "this is a container (/.dockerenv is there) with a network of its own",
                own.get(1).fact());
        assertEquals(List.of(Severity.WARN, Severity.WARN), severities(own));
        host.file("/proc/sys/net/core/dev_weight", "64");
        assertEquals(
                List.of(Severity.OK, Severity.OK), severities(new NamespaceArea().look(host, Scopes.of("nfqueue"))));
    }

    @Test
    void shouldBeContentWithANetworkOfItsOwnWhereTheTargetIsInIt() {
        TextHost host = new TextHost()
                .file("/run/.containerenv", "")
                .file("/proc/thread-self/net/tcp", "0: 00000000:1F90 00000000:0000 0A 0:0 0:0 0 0 0 4711");
        CheckScope scope = Scopes.withTargetPort("nfqueue", 8080);
        assertEquals(List.of(Severity.OK, Severity.OK), severities(new NamespaceArea().look(host, scope)));
    }

    @Test
    void shouldBeContentWithAnAssistantInANetworkOfItsOwn() {
        TextHost host = new TextHost().file("/run/.containerenv", "");
        assertEquals(List.of(Severity.OK, Severity.OK), severities(new NamespaceArea().look(host, Scopes.of("pcap"))));
    }

    @Test
    void shouldNameTheInterfaceThatFiltersAndNeverTheLoopback() {
        String conf = "/proc/sys/net/ipv4/conf/";
        TextHost host = new TextHost()
                .file(conf + "all/rp_filter", "0")
                .file(conf + "lo/rp_filter", "1")
                .file(conf + "eth0/rp_filter", "1")
                .file(conf + "eth1/rp_filter", "1")
                .file(conf + "eth2/rp_filter", "1")
                .command("ip route get 10.0.0.1", "10.0.0.1 dev eth1 src 10.0.0.2")
                .command("ip route show default", "default via 192.168.0.1 dev eth0");
        CheckScope scope = Scopes.of("nfqueue");
        assertEquals(
                List.of("eth1", "eth2"),
                new RpFilterArea()
                        .look(host, scope).stream().map(Finding::subject).toList());
        CheckScope running = new CheckScope(
                scope.config(), scope.registry(), scope.client(), scope.targetPort(), Optional.of("10.0.0.1"));
        assertEquals("eth1", only(new RpFilterArea().look(host, running)).subject());
        host.file(conf + "all/rp_filter", "2");
        assertEquals(Severity.OK, only(new RpFilterArea().look(host, running)).severity());
    }

    @Test
    void shouldNameTheRightPortWhereTheTargetsIsWrong() {
        TextHost host = new TextHost()
                .command(
                        "iptables-save",
                        "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --sport 8080 -j NFQUEUE --queue-num 0")
                .file("/proc/thread-self/net/tcp", "0: 00000000:1F90 00000000:0000 0A 0:0 0:0 0 0 0 4711");
        Finding finding = only(new WrongPortArea().look(host, Scopes.withTargetPort("nfqueue", 8899)));
        assertEquals(FindingId.WRONG_TARGET, finding.id());
        assertEquals(
                "tcpcopy -x ONLINE_PORT-THIS_HOST:8080  # on the online server, in place of :8899", finding.remedy());
        assertEquals(List.of(), new WrongPortArea().look(host, Scopes.withTargetPort("nfqueue", 8080)));
        List<FindingId> all = HostCheck.look(host, Scopes.withTargetPort("nfqueue", 8899)).stream()
                .filter(each -> each.severity() == Severity.FAIL)
                .map(Finding::id)
                .toList();
        assertTrue(all.contains(FindingId.WRONG_TARGET) && !all.contains(FindingId.RULE_MISSING), all::toString);
    }

    private static List<Severity> severities(List<Finding> findings) {
        return findings.stream().map(Finding::severity).toList();
    }

    @Test
    void shouldSayThatALimitOfTheWholeHostIsNotSetFromANamespace() {
        TextHost host = new TextHost();
        assertEquals(
                "sysctl -w a.b=1  # on the host itself: in here it is read-only",
                NetworkNamespaces.hostWide(host, "a.b=1"));
        host.file("/proc/sys/net/core/dev_weight", "64");
        assertEquals("sysctl -w a.b=1", NetworkNamespaces.hostWide(host, "a.b=1"));
    }

    @Test
    void shouldAskForALinkThatLeadsElsewhereThanToThisHost() {
        TextHost host = new TextHost().command("ip route get 10.0.0.1", "local 10.0.0.1 dev lo src 10.0.0.1 uid 0");
        Finding finding = only(new ClientRouteArea().look(host, Scopes.withClient("nfqueue", "10.0.0.1")));
        assertEquals(Severity.FAIL, finding.severity());
        assertTrue(finding.fact().startsWith("the client 10.0.0.1 is this host itself"), finding.fact());
    }

    @Test
    void shouldGiveTheRuleInTheWordsOfNftWhereThereIsNoIptables() {
        TextHost host = new TextHost()
                .command("nft -v", "nftables v1.0.6")
                .command("nft -j list ruleset", "{\"nftables\": []}");
        assertEquals(
                "nft 'add table ip intercept; add chain ip intercept output { type filter hook output priority -20; };"
                        + " insert rule ip intercept output tcp sport 8080 queue num 0"
                        + " comment \"tcp sport 8080 queue num 0\"'",
                only(new RulesArea().look(host, Scopes.withTargetPort("nfqueue", 8080)))
                        .remedy());
    }

    @Test
    void shouldGiveTheManPagesRuleForIpQueue() {
        TextHost host = new TextHost().command("iptables -V", "iptables v1.4.7").command("iptables-save", "");
        assertEquals(
                "iptables -I OUTPUT -p tcp --sport PORT -j QUEUE",
                look(new RulesArea(), host, "ipqueue").remedy());
    }

    @Test
    void shouldWantAQueueOfNobodyAfterACopy() {
        String copy = "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --sport 80 -j NFLOG --nflog-group 0\n";
        String stop = "-A OUTPUT -p tcp -m tcp --sport 80 -j ";
        TextHost host = new TextHost().command("iptables -V", "").command("iptables-save", copy);
        assertEquals(
                FindingId.RULE_MISSING, look(new RulesArea(), host, "nflog").id());
        host.command("iptables-save", copy + stop + "NFQUEUE --queue-num 65535 --queue-bypass\n");
        assertEquals(
                FindingId.RULE_MISSING, look(new RulesArea(), host, "nflog").id());
        host.command("iptables-save", copy + stop + "NFQUEUE --queue-num 65535\n");
        assertEquals(FindingId.QUEUE_RULE, look(new RulesArea(), host, "nflog").id());
    }

    @Test
    void shouldWarnOfADropThatTheTargetsTcpWouldNotice() {
        String rules = "*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --sport 80 -j NFLOG --nflog-group 0\n"
                + "-A OUTPUT -p tcp -m tcp --sport 80 -j DROP\n";
        TextHost host = new TextHost().command("iptables -V", "").command("iptables-save", rules);
        Finding finding = look(new RulesArea(), host, "nflog");
        assertEquals(FindingId.RULE_DROPS, finding.id());
        assertEquals(
                "iptables -t filter -D OUTPUT -p tcp -m tcp --sport 80 -j NFLOG --nflog-group 0"
                        + " && iptables -I OUTPUT -p tcp --sport 80 -j NFQUEUE --queue-num 65535"
                        + " && iptables -I OUTPUT -p tcp --sport 80 -j NFLOG --nflog-group 0 --nflog-size 128"
                        + " --nflog-threshold 64 && iptables -t filter -D OUTPUT -p tcp -m tcp --sport 80 -j DROP",
                finding.remedy());
        host.command("iptables-save", rules.replace("OUTPUT", "FORWARD"));
        assertEquals(FindingId.QUEUE_RULE, look(new RulesArea(), host, "nflog").id());
    }

    @Test
    void shouldSayThatRulesCannotBeRead() {
        assertTrue(look(new RulesArea(), new TextHost(), "nfqueue").fact().startsWith("the rules cannot be read"));
    }

    @Test
    void shouldNotComplainOfAnAllowedPublicAddress() {
        InterceptConfig.Builder config =
                InterceptConfig.builder().allow(List.of(dev.intercept.net.Cidr.parse("10.0.0.0/8")));
        assertEquals(
                Severity.OK,
                only(new ExposureArea().look(new TextHost(), Scopes.of(config))).severity());
    }

    @Test
    void shouldSayHowToHaveTunnelsAcknowledgedWhereTheKernelIsOld() {
        for (String release : List.of("3.10.0-1160.el7.x86_64", "4.16.18")) {
            assertFinding(
                    FindingId.TUNNEL_ACKNOWLEDGEMENT,
                    Severity.WARN,
                    "Linux " + release + " has no routing rules for ports",
                    "ip route replace TCPCOPY-HOST via GATEWAY dev DEVICE quickack 1  # as 'ip route get TCPCOPY-HOST' says",
                    look(
                            new AcknowledgementArea(),
                            new TextHost().file("/proc/sys/kernel/osrelease", release),
                            "nfqueue"));
        }
    }

    @Test
    void shouldSayHowToHaveTunnelsAcknowledgedWithoutThePrivilege() {
        TextHost host = new TextHost().file("/proc/sys/kernel/osrelease", "4.17.0");
        Finding finding = look(new AcknowledgementArea(), host, "pcap");
        assertEquals(Severity.WARN, finding.severity());
        assertTrue(
                finding.remedy().contains("ip rule add pref 32765 ipproto tcp sport 36524 lookup 36524 && ip route "));
        host.file("/proc/thread-self/status", "CapEff:\t0000000000001000");
        assertEquals(Severity.OK, look(new AcknowledgementArea(), host, "pcap").severity());
    }

    @Test
    void shouldLeaveAcknowledgementsWhereTheyAreTurnedOff() {
        Finding finding = only(new AcknowledgementArea()
                .look(new TextHost(), Scopes.of(InterceptConfig.builder().quickackRoutes(false))));
        assertEquals(Severity.OK, finding.severity());
    }
}
