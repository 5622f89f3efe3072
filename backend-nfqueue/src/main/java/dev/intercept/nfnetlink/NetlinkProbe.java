package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.util.Optional;

/** Tries whether netfilter can be spoken to here, and leaves nothing open. */
public final class NetlinkProbe {

    private NetlinkProbe() {}

    /** Why not, with the next step; empty when it can. Any thread. */
    public static Optional<String> unavailabilityCause() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("needs Linux, this is " + System.getProperty("os.name"));
        }
        try {
            new NetlinkSocket(new JnaSystemCalls(), NetlinkSocket.NETLINK_NETFILTER).close();
            return Optional.empty();
        } catch (SystemCallException e) {
            return Optional.of(e.getMessage()
                    + ": this kernel has no nfnetlink (CONFIG_NETFILTER_NETLINK): modprobe nfnetlink_queue");
        } catch (LinkageError e) {
            return Optional.of(explain(e));
        }
    }

    /** What to do when JNA does not work here. */
    public static String explain(LinkageError e) {
        return "JNA cannot load its native library: " + e.getMessage()
                + ": name a directory from which programs may be run with -Djna.tmpdir=DIR";
    }
}
