package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether this process sees the host's network or one of its own. */
final class NamespaceArea implements Area {

    private static final List<String> CONTAINER_MARKS =
            List.of("/.dockerenv", "/run/.containerenv", "/run/systemd/container");

    /** NET_NS_INIT_INO of linux/nsfs.h, 0xeffffff9: since 6.18 the first namespace has this number, the others have not. */
    private static final String FIRST_NAMESPACE = "net:[4026531833]";

    private static final int NUMBERED_SINCE_MAJOR = 6;
    private static final int NUMBERED_SINCE_MINOR = 18;

    @Override
    public List<Finding> look(Host host, CheckScope scope) {
        List<Finding> findings = new ArrayList<>();
        Optional<String> own = host.link("/proc/thread-self/ns/net").or(() -> host.link("/proc/self/ns/net"));
        Optional<String> first = host.link("/proc/1/ns/net").or(() -> numbered(host));
        if (own.isPresent() && first.isPresent()) {
            findings.add(own.equals(first) ? inFirst(own.get()) : inAnother(own.get(), first.get()));
        }
        CONTAINER_MARKS.stream()
                .filter(mark -> host.read(mark).isPresent())
                .findFirst()
                .ifPresent(mark -> findings.add(inContainer(mark)));
        return findings;
    }

    /** Process 1 is hidden from those who may not trace it. */
    private static Optional<String> numbered(Host host) {
        String[] version = host.read("/proc/sys/kernel/osrelease").orElse("").split("\\D+");
        if (version.length < 2 || version[0].isEmpty()) {
            return Optional.empty();
        }
        int major = Integer.parseInt(version[0]);
        boolean isNumbered = major > NUMBERED_SINCE_MAJOR
                || major == NUMBERED_SINCE_MAJOR && Integer.parseInt(version[1]) >= NUMBERED_SINCE_MINOR;
        return isNumbered ? Optional.of(FIRST_NAMESPACE) : Optional.empty();
    }

    private static Finding inFirst(String own) {
        return Finding.ok(FindingId.NETWORK_NAMESPACE, "this process is in the first network namespace, " + own);
    }

    private static Finding inAnother(String own, String first) {
        return Finding.warn(
                FindingId.NETWORK_NAMESPACE,
                "this process is in the network namespace " + own + ", the host's is " + first,
                "nsenter -t PID -n intercept  # PID: a process of the test server; right as it is where the target runs in here too");
    }

    private static Finding inContainer(String mark) {
        return Finding.warn(
                FindingId.CONTAINER,
                "this is a container (" + mark + " is there)",
                "docker run --network=host --cap-add=NET_ADMIN …  # right as it is where the target runs in here too");
    }
}
