package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;
import java.util.Optional;

/** Which network namespace the calling thread is in. See namespaces(7). */
final class NetworkNamespaces {

    /** PROC_PID_INIT_INO of linux/proc_ns.h, 0xeffffffc: in the first namespace of processes, process 1 is the host's. */
    private static final String FIRST_OF_PROCESSES = "pid:[4026531836]";

    /** net_core_table of net/core/sysctl_net_core.c: registered for the first network namespace alone. */
    private static final String ONLY_IN_FIRST = "net.core.dev_weight";

    private static final String SET = "sysctl -w ";

    private NetworkNamespaces() {}

    /** Whether it is the host's. A container's process 1 says nothing about that. */
    static boolean isFirst(Host host) {
        boolean seesHost = host.link("/proc/self/ns/pid")
                .filter(FIRST_OF_PROCESSES::equals)
                .isPresent();
        Optional<String> ofProcess1 = seesHost ? host.link("/proc/1/ns/net") : Optional.empty();
        return ofProcess1.isPresent()
                ? ofProcess1.equals(link(host))
                : host.sysctl(ONLY_IN_FIRST).isPresent();
    }

    private static Optional<String> link(Host host) {
        return host.link("/proc/thread-self/ns/net").or(() -> host.link("/proc/self/ns/net"));
    }

    /** For a sentence: {@code ", net:[4026532008]"}; empty where the kernel does not say. */
    static String own(Host host) {
        return link(host).map(name -> ", " + name).orElse("");
    }

    /** The command that sets a parameter of which the host has one for all namespaces; only the first may write it. */
    static String hostWide(Host host, String assignment) {
        return SET + assignment + (isFirst(host) ? "" : "  # on the host itself: in here it is read-only");
    }

    /** A remedy as it must be typed here, where it sets a parameter of net.core that only the host itself has. */
    static String withPlace(Host host, String remedy) {
        return remedy.startsWith(SET + "net.core.") ? hostWide(host, remedy.substring(SET.length())) : remedy;
    }
}
