package dev.intercept.nflog;

import dev.intercept.nfnetlink.CopyRange;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureRules;
import dev.intercept.spi.CaptureRules.Mechanism;
import java.util.List;

/** The two rules of a group: one hands up the headers, the next stops the packet. */
final class GroupRules {

    /** Packets that the kernel collects at most before it hands them up; the backend asks for fewer when traffic is light. */
    private static final String THRESHOLD = "64";

    /**
     * A queue that nobody listens on: what is sent there is gone. A DROP would report to the target's own TCP that its packet was
     * not sent; it would then refuse the client's acknowledgement and send again and again.
     */
    private static final String NOBODYS_QUEUE = "65535";

    private GroupRules() {}

    /** @throws BackendException of kind USAGE when the group or the copy range is invalid */
    static CaptureRules of(BackendOptions options) throws BackendException {
        int group = options.number(GroupSettings.GROUP, 0, GroupSettings.MAX_GROUP);
        List<String> copy = List.of(
                "-j",
                "NFLOG",
                "--nflog-group",
                Integer.toString(group),
                "--nflog-size",
                Integer.toString(CopyRange.bytes(options)),
                "--nflog-threshold",
                THRESHOLD);
        List<String> stop = List.of("-j", "NFQUEUE", "--queue-num", NOBODYS_QUEUE);
        return new CaptureRules(
                Mechanism.NFLOG,
                GroupSettings.GROUP,
                group,
                group,
                List.of(copy, stop),
                "log group " + group + " snaplen " + CopyRange.bytes(options) + " queue-threshold " + THRESHOLD
                        + " queue num " + NOBODYS_QUEUE);
    }
}
