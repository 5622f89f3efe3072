package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Host;

/** The commands that make answers reach a queue, in the words of the tools of this host. */
final class RuleCommands {

    /** Stops what NFLOG has copied. A drop would tell the target's own TCP that nothing was sent. */
    private static final String NOBODYS_QUEUE = "65535";

    private final Host host;
    private final CheckScope scope;

    RuleCommands(Host host, CheckScope scope) {
        this.host = host;
        this.scope = scope;
    }

    /** The rule that is missing, in front of all others. */
    String insertion() {
        boolean hasIptables = host.run("iptables", "-V").isPresent();
        if (!hasIptables && host.run("nft", "-v").isPresent()) {
            return forNft();
        }
        String select = "iptables -I OUTPUT -p tcp --sport " + scope.portText();
        QueueNumbers queues = scope.queues();
        return switch (scope.mode()) {
            case IP_QUEUE -> (isNft() ? select.replaceFirst("iptables", "iptables-legacy") : select) + " -j QUEUE";
            case NFLOG ->
                select + " -j NFQUEUE --queue-num " + NOBODYS_QUEUE + " && " + select + " -j NFLOG --nflog-group "
                        + queues.first()
                        + " --nflog-size 128 --nflog-threshold 64";
            default ->
                select + " -j NFQUEUE "
                        + (queues.first() == queues.last()
                                ? "--queue-num " + queues.first()
                                : "--queue-balance " + queues);
        };
    }

    /** The iptables that writes nftables refuses the target QUEUE. */
    private boolean isNft() {
        return host.run("iptables", "-V").map(Host.Output::text).orElse("").contains("nf_tables");
    }

    private String forNft() {
        QueueNumbers queues = scope.queues();
        String range = queues.first() == queues.last()
                ? Integer.toString(queues.first())
                : queues.first() + "-" + queues.last();
        String action = scope.mode() == CaptureMode.NFLOG
                ? "log group " + queues.first() + " queue num " + NOBODYS_QUEUE
                : "queue num " + range;
        return "nft add table ip intercept"
                + " && nft add chain ip intercept output '{ type filter hook output priority 0; }'"
                + " && nft add rule ip intercept output tcp sport " + scope.portText() + " " + action;
    }
}
