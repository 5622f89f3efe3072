package dev.intercept.diagnosis.rules;

import java.util.List;
import java.util.Random;

/** Rule sets of legacy iptables, of iptables-nft and of nft, at random. Each rule has a comment that no other has: {@code r7}. */
final class RandomRules {

    /** Conditions and what they are for an answer from port 8080 is for the reading to know. */
    private static final List<String> IPTABLES_MATCHES = List.of(
            "",
            "-p tcp",
            "-p udp",
            "! -p tcp",
            "-p tcp -m tcp --sport 8080",
            "-p tcp -m tcp ! --sport 8080",
            "-p tcp -m tcp --sport 22",
            "-p tcp -m tcp --sport 8000:8100",
            "-p tcp -m multiport --sports 80,8080,9000",
            "-p tcp -m tcp --dport 8080",
            "-p tcp -m tcp --sport 8080 --dport 1024:65535",
            "-o eth7 -p tcp",
            "-d 10.99.0.0/16",
            "-m conntrack --ctstate RELATED,ESTABLISHED",
            "-m conntrack --ctstate INVALID,NEW",
            "-m conntrack ! --ctstate NEW",
            "-m conntrack --ctdir REPLY",
            "-m mark --mark 0x7",
            "-p tcp -m tcp --sport 8080 -m statistic --mode random --probability 0.5");

    private static final List<String> IPTABLES_TARGETS = List.of(
            "-j ACCEPT",
            "-j DROP",
            "-j RETURN",
            "-j u",
            "-g u",
            "-j NFQUEUE --queue-num 3",
            "-j NFQUEUE --queue-num 3 --queue-bypass",
            "-j NFLOG --nflog-group 4",
            "");

    private static final List<String> NFT_MATCHES = List.of(
            "",
            "meta l4proto tcp",
            "meta l4proto { tcp, udp }",
            "meta l4proto != tcp",
            "udp sport 8080",
            "tcp sport 8080",
            "tcp sport != 8080",
            "tcp sport { 22, 8080 }",
            "tcp sport 8000-8100",
            "tcp sport > 8080",
            "tcp sport @these",
            "tcp sport != @these",
            "tcp sport @others",
            "tcp dport 8080",
            "tcp dport > 1023",
            "oifname \"eth7\"",
            "ip daddr 10.99.0.0/16 tcp sport 8080",
            "ct state established,related",
            "ct state != established",
            "ct state new",
            "ct direction reply",
            "meta mark 7",
            "tcp flags & (syn | ack) == syn | ack",
            "limit rate 1/hour");

    private static final List<String> NFT_STATEMENTS = List.of(
            "counter accept",
            "counter drop",
            "counter return",
            "counter jump u",
            "counter goto u",
            "counter log group 4",
            "counter log group 4 drop",
            "counter",
            "tcp sport vmap { 22 : drop, 8080 : jump u }",
            "tcp sport vmap { 22 : drop, 8080 : accept }",
            "tcp sport vmap @verdicts",
            "ct state vmap { established : goto u, invalid : drop }");

    private final Random random;
    private int count;

    RandomRules(long seed) {
        random = new Random(seed);
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** For iptables-restore: tables with a chain {@code u} that rules of OUTPUT call. */
    String iptables(List<String> tables) {
        StringBuilder text = new StringBuilder();
        for (String table : tables) {
            text.append('*').append(table).append("\n:OUTPUT ").append(oneIn(8) ? "DROP" : "ACCEPT");
            text.append(" [0:0]\n:u - [0:0]\n");
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.append(iptablesRule("OUTPUT"));
            }
            text.append(iptablesRule("u")).append("COMMIT\n");
        }
        return text.toString();
    }

    private String iptablesRule(String chain) {
        String target = any(IPTABLES_TARGETS);
        boolean isLoop = chain.equals("u") && target.endsWith(" u");
        return "-A " + chain + ' ' + any(IPTABLES_MATCHES) + " -m comment --comment r" + ++count + ' '
                + (isLoop ? "-j RETURN" : target) + '\n';
    }

    /** For {@code nft -f}: one table a priority. */
    String nft(List<Integer> priorities) {
        StringBuilder text = new StringBuilder();
        for (int priority : priorities) {
            String family = oneIn(2) ? "ip" : "inet";
            text.append("table ")
                    .append(family)
                    .append(" t")
                    .append(priority + 1000)
                    .append(" {\n");
            text.append(oneIn(8) ? "flags dormant;\n" : "");
            text.append("set these { type inet_service; flags interval; elements = { 80, 8000-8090 }; }\n");
            text.append("set others { type inet_service; elements = { 22 }; }\n");
            text.append("map verdicts { type inet_service : verdict; elements = { 22 : accept, 8080 : drop }; }\n");
            text.append("chain u {\n").append(nftRule(true)).append("}\n");
            text.append("chain out {\n").append(hook(priority));
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.append(nftRule(false));
            }
            text.append("}\n}\n");
        }
        return text.toString();
    }

    private String hook(int priority) {
        if (oneIn(10)) {
            return "type nat hook output priority 7; policy accept;\n";
        }
        return "type filter hook " + (oneIn(4) ? "postrouting" : "output") + " priority " + priority + "; policy "
                + (oneIn(8) ? "drop" : "accept") + ";\n";
    }

    private String nftRule(boolean isInU) {
        String statement = any(NFT_STATEMENTS);
        boolean isLoop = isInU && statement.matches(".*(jump|goto) u.*");
        String match = any(NFT_MATCHES);
        boolean isOfPorts =
                statement.startsWith("tcp ") && match.matches("(meta l4proto|udp).*"); // nft refuses both at once.
        return match + ' ' + (isLoop || isOfPorts ? "counter return" : statement) + " comment \"r" + ++count + "\"\n";
    }
}
