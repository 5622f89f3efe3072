package dev.intercept.monitor;

import dev.intercept.spi.Host;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** One archive with what a bug report needs: texts by name. Holds no packets and no payload. */
public final class BugReport {

    /** Log lines at most, the last ones. */
    private static final int MAX_LOG_LINES = 2000;

    /** Files of /proc/net about queues, sockets and drops. */
    private static final List<String> NET_FILES = List.of(
            "netfilter/nfnetlink_queue",
            "netfilter/nf_queue",
            "ip_queue",
            "netlink",
            "sockstat",
            "netstat",
            "snmp",
            "dev");

    private static final List<String> FILES =
            List.of("/etc/os-release", "/proc/version", "/proc/modules", "/proc/self/status", "/proc/self/limits");

    private static final List<List<String>> COMMANDS = List.of(
            List.of("iptables-legacy-save"),
            List.of("iptables-nft-save"),
            List.of("nft", "list", "ruleset"),
            List.of("ip", "address"),
            List.of("ip", "route", "show", "table", "all"),
            List.of("ip", "rule"),
            List.of(
                    "sysctl",
                    "-a",
                    "--pattern",
                    "rp_filter|ip_forward|rmem|wmem|tcp_timestamps|conntrack_(max|count)|maxlen"));

    private final Map<String, String> texts = new LinkedHashMap<>();

    public void add(String name, String text) {
        texts.put(name, text);
    }

    /** Reads what the host has of queues, rules, routes and limits. */
    public void addHost(Host host) {
        FILES.forEach(file -> host.read(file).ifPresent(text -> add("host" + file + ".txt", text)));
        NET_FILES.forEach(file -> host.readNet(file).ifPresent(text -> add("host/net/" + file + ".txt", text)));
        for (List<String> command : COMMANDS) {
            String text = host.run(command.toArray(String[]::new))
                    .map(output -> output.text() + "\n# exit code " + output.exitCode())
                    .orElse("# not installed, or it took too long");
            add("host/" + String.join("_", command.subList(0, Math.min(3, command.size()))) + ".txt", text);
        }
    }

    /** The end of a log. */
    public void addLog(Host host, Path log) {
        List<String> lines =
                host.read(log.toString()).orElse("cannot be read").lines().toList();
        add("log.txt", String.join("\n", lines.subList(Math.max(0, lines.size() - MAX_LOG_LINES), lines.size())));
    }

    /**
     * Writes a zip archive that only its owner may read.
     *
     * @param isRedacted whether addresses are replaced by names
     * @throws IOException also when the file exists: nothing is overwritten
     */
    public void write(Path file, boolean isRedacted) throws IOException {
        Redaction redaction = new Redaction();
        UnaryOperator<String> filter = isRedacted ? redaction::redact : text -> text;
        // Made and opened in one step: nobody can put another file in between.
        try (OutputStream out = Channels.newOutputStream(Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> text : texts.entrySet()) {
                zip.putNextEntry(new ZipEntry("intercept-report/" + text.getKey()));
                zip.write((filter.apply(text.getValue()) + "\n").getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }
}
