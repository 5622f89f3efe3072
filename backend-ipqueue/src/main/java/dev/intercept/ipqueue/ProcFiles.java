package dev.intercept.ipqueue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads the few files under /proc about ip_queue; see proc(5). Any thread. */
final class ProcFiles {

    private static final int IPV4_FAMILY = 2;

    private final Path proc;

    /** @param proc {@code /proc}, or what stands for it in tests */
    ProcFiles(Path proc) {
        this.proc = proc;
    }

    /** Empty where /proc/net/ip_queue is missing: no module, or not the first network namespace. */
    Optional<QueueStatus> queueStatus() {
        return lines("net/ip_queue").map(QueueStatus::parse);
    }

    /** As in {@code uname -r}: {@code 3.4.113}; empty where it cannot be read. */
    Optional<String> kernelRelease() {
        return firstLine("sys/kernel/osrelease");
    }

    /** Whether ip_queue was already taken out of this kernel, which happened in 3.5. False where the release cannot be read. */
    boolean kernelIsTooNew() {
        String[] parts = kernelRelease().orElse("").split("[^0-9]+");
        if (parts.length < 2 || parts[0].isEmpty()) {
            return false;
        }
        int major = Integer.parseInt(parts[0]);
        int minor = Integer.parseInt(parts[1]);
        return major > 3 || major == 3 && minor >= 5;
    }

    /** Who handles queued IPv4 packets, {@code "ip_queue"} or {@code "nf_queue"}; empty for none. */
    Optional<String> queueHandler() {
        return lines("net/netfilter/nf_queue").flatMap(lines -> lines.stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length == 2 && words[0].equals(Integer.toString(IPV4_FAMILY)))
                .map(words -> words[1])
                .filter(handler -> !handler.equals("NONE"))
                .findFirst());
    }

    /** What a process runs; empty when there is none of this id, or it is not visible. */
    Optional<String> processName(long pid) {
        // A Java runtime is called java whatever it runs: this looks for our own main class.
        String commandLine = firstLine(pid + "/cmdline").orElse("");
        boolean isIntercept = commandLine.contains("\0-Dintercept.home=") || commandLine.contains("\0dev.intercept.");
        return isIntercept ? Optional.of("intercept") : firstLine(pid + "/comm");
    }

    /** The present value of a setting, {@code net.core.rmem_max}; empty where it cannot be read. */
    Optional<Long> sysctl(String name) {
        return firstLine("sys/" + name.replace('.', '/')).map(String::trim).flatMap(ProcFiles::number);
    }

    static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Optional<String> firstLine(String name) {
        return lines(name).flatMap(lines -> lines.stream().findFirst());
    }

    private Optional<List<String>> lines(String name) {
        try {
            return Optional.of(Files.readAllLines(proc.resolve(name)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
