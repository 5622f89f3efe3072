package dev.intercept.ipqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.BackendException;

/** Each way in which ip_queue can be refused, as a text for the user: what failed, with what value, what to do next. */
final class Refusal {

    /** The command that feeds NFQUEUE instead, for kernels without ip_queue. */
    static final String NFQUEUE_RULE =
            "iptables -I OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0 (a rule with -j QUEUE feeds queue 0 too)";

    private Refusal() {}

    static String kernelTooNew(String release) {
        return "kernel " + release
                + " has no ip_queue, which Linux dropped in 3.5: use --backend=nfqueue with the rule " + NFQUEUE_RULE;
    }

    static String hookTaken(String handler) {
        return "module ip_queue cannot load: " + (handler.equals("nf_queue") ? "nfnetlink_queue" : handler)
                + " holds the IPv4 queue hook (/proc/net/netfilter/nf_queue says \"2 " + handler
                + "\"), even after its program ended. Stop the program that uses NFQUEUE, run \"modprobe -r nfnetlink_queue\""
                + " and \"modprobe ip_queue\"; or use --backend=nfqueue";
    }

    static String moduleMissing(String release) {
        return "module ip_queue of kernel " + release
                + " is not loaded, and did not load by itself: run \"modprobe ip_queue\";"
                + " if there is no such module (CONFIG_IP_NF_QUEUE), use --backend=nfqueue with the rule "
                + NFQUEUE_RULE;
    }

    static String otherNamespace() {
        return "ip_queue serves only the first network namespace, and /proc/net/ip_queue is missing in this one: start"
                + " intercept outside of containers, \"ip netns exec\" and \"unshare -n\"; or use --backend=nfqueue";
    }

    static String socketFailed(SystemCallException e) {
        return e.operation() + " failed with " + Errno.text(e.errno())
                + ": netlink itself is refused here, look for a seccomp filter or a security module; \"strace -e socket\" shows"
                + " the call";
    }

    static String libraryBroken(LinkageError e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return "jnr-ffi cannot load its native part (" + cause.getMessage() + "): if "
                + System.getProperty("java.io.tmpdir")
                + " is mounted noexec, name another directory with -Djffi.extract.dir=DIR";
    }

    static BackendException noPrivilege() {
        return new BackendException(
                BackendException.Kind.NO_PERMISSION,
                "ip_queue refused the mode message with EPERM (1): CAP_NET_ADMIN is missing. Run intercept as root, or with"
                        + " AmbientCapabilities=CAP_NET_ADMIN in its systemd unit");
    }

    static BackendException otherListener(ProcFiles proc) {
        long peer = proc.queueStatus().orElse(QueueStatus.NONE).peerPortId();
        String owner = proc.processName(peer)
                .map(name -> "process " + peer + " (" + name + ") listens to it; stop that one first: kill " + peer)
                .orElse("its listener has netlink port id " + peer
                        + " (/proc/net/ip_queue), which is no process id; find it in /proc/net/netlink, Eth 3");
        return new BackendException(
                BackendException.Kind.REFUSED, "ip_queue is taken (EBUSY (16) to the mode message): " + owner);
    }

    static BackendException modeRefused(int errno, WordSize word) {
        return new BackendException(
                BackendException.Kind.REFUSED,
                "ip_queue refused the mode message of " + ModeMessage.bytes(word) + " bytes with "
                        + Errno.text(errno) + ": this Java has " + 8 * word.bytes()
                        + " bits, it must have as many as the kernel (uname -m)");
    }

    static BackendException nobodyAnswers() {
        return new BackendException(
                BackendException.Kind.UNAVAILABLE,
                "nobody in this network namespace answers to ip_queue (ECONNREFUSED (111) to the mode message): it serves only"
                        + " the first one, so start intercept outside of containers, \"ip netns exec\" and \"unshare -n\"; or"
                        + " use --backend=nfqueue");
    }

    static BackendException noAnswer(int waitedMs) {
        return new BackendException(
                BackendException.Kind.REFUSED,
                "ip_queue did not answer the mode message in " + waitedMs
                        + " ms: \"cat /proc/net/ip_queue\" shows whether it has a listener now; then start again");
    }

    static BackendException setUpFailed(SystemCallException e) {
        return new BackendException(
                BackendException.Kind.REFUSED,
                "ip_queue's socket: " + e.operation() + " failed with " + Errno.text(e.errno())
                        + "; \"ulimit -n\" and the kernel log (dmesg) may say why",
                e);
    }

    static String receiveFailed(int errno) {
        return "receiving from ip_queue failed with " + Errno.text(errno) + "; the kernel log (dmesg) may say why";
    }

    static String verdictsRefused(int errno) {
        return "ip_queue takes no verdicts any more: " + Errno.text(errno)
                + (errno == Errno.ECONNREFUSED
                        ? ", module ip_queue was unloaded meanwhile: run \"modprobe ip_queue\""
                        : "; the kernel log (dmesg) may say why");
    }
}
