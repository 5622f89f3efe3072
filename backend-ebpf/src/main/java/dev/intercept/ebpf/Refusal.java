package dev.intercept.ebpf;

import dev.intercept.bpf.RefusedProgramException;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.tc.Device;
import dev.intercept.tc.Direction;

/** Why the kernel does not take programs, maps or filters, in words that name the next step. */
final class Refusal {

    static final String CAPABILITIES =
            "needs CAP_BPF and CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_BPF CAP_NET_ADMIN in the systemd"
                    + " unit, or under setpriv --inh-caps=+bpf,+net_admin --ambient-caps=+bpf,+net_admin";

    static final String TOO_OLD =
            "this kernel has no BPF ring buffers (Linux 5.8 and later have, with CONFIG_BPF_SYSCALL):"
                    + " use --backend=nflog here";

    private Refusal() {}

    /** Of whatever opening threw; what has words already keeps them. */
    static BackendException explain(Exception e) {
        if (e instanceof BackendException explained) {
            return explained;
        }
        if (e instanceof RefusedProgramException refused) {
            return new BackendException(
                    Kind.UNAVAILABLE,
                    "the kernel's verifier refuses the program: " + refused.getMessage()
                            + "; use --backend=nflog here, and report this line with uname -r",
                    e);
        }
        if (e instanceof SystemCallException call) {
            return explain(call);
        }
        throw (RuntimeException) e;
    }

    private static BackendException explain(SystemCallException e) {
        boolean isBpf = e.operation().startsWith("BPF_");
        if (e.errno() == Errno.EPERM && isBpf) {
            return new BackendException(
                    Kind.NO_PERMISSION,
                    e.getMessage() + ": a program in the kernel " + CAPABILITIES
                            + "; where it has both, LimitMEMLOCK=infinity (before Linux 5.11), or what forbids bpf(2)"
                            + " here: dmesg, a container's seccomp profile",
                    e);
        }
        if (e.errno() == Errno.ENOSYS
                || e.errno() == Errno.EINVAL && e.operation().startsWith("BPF_MAP_CREATE")) {
            return new BackendException(Kind.UNAVAILABLE, e.getMessage() + ": " + TOO_OLD, e);
        }
        if (e.errno() == Errno.ENOMEM) {
            return new BackendException(
                    Kind.REFUSED,
                    e.getMessage() + ": less memory is needed with a smaller " + EbpfSettings.RING + " or fewer "
                            + EbpfSettings.LANES,
                    e);
        }
        return new BackendException(
                Kind.REFUSED, e.getMessage() + "; dmesg may say more, --backend=nflog does without", e);
    }

    /** Of a filter on a device. */
    static BackendException ofDevice(Device device, Direction direction, SystemCallException e) {
        String place = direction + " of device " + device.name() + ": ";
        return switch (e.errno()) {
            case Errno.EPERM -> new BackendException(Kind.NO_PERMISSION, place + "a filter " + CAPABILITIES, e);
            case Errno.ENOENT, Errno.EOPNOTSUPP ->
                new BackendException(
                        Kind.UNAVAILABLE,
                        place + e.getMessage() + ": the kernel lacks clsact or cls_bpf (CONFIG_NET_SCH_INGRESS,"
                                + " CONFIG_NET_CLS_BPF): modprobe -a sch_ingress cls_bpf",
                        e);
            case Errno.EINVAL, Errno.EEXIST ->
                new BackendException(
                        Kind.REFUSED,
                        place + e.getMessage()
                                + ": somebody else's filter has preference 1 there, see tc filter show dev "
                                + device.name() + " " + direction + "; move it, or name other devices with "
                                + EbpfSettings.INTERFACE,
                        e);
            default ->
                new BackendException(
                        Kind.REFUSED,
                        place + e.getMessage() + "; tc -s qdisc show dev " + device.name() + " may say more",
                        e);
        };
    }
}
