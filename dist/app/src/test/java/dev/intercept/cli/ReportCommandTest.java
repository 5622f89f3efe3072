package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {

    @TempDir
    Path directory;

    private Map<String, String> report(String... more) throws Exception {
        Path file = directory.resolve("report.zip");
        Path log = directory.resolve("log");
        Files.writeString(log, "first\n" + "line from 203.0.113.9\n".repeat(3000) + "last\n");
        String[] args = {"report", "-o", file.toString(), "-l", log.toString(), "-x", "203.0.113.7"};
        String[] all = java.util.stream.Stream.of(args, more)
                .flatMap(java.util.stream.Stream::of)
                .toArray(String[]::new);
        try (NetworkNamespace namespace = NetworkNamespace.withTestNetwork()) {
            namespace.exec("iptables", "-A", "OUTPUT", "-p", "tcp", "--sport", "80", "-j", "NFQUEUE");
            CommandRun run = namespace.call(() -> CommandRun.of(all));
            assertEquals("", run.err());
            assertEquals(0, run.exitCode());
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        return unzip(file);
    }

    private static Map<String, String> unzip(Path file) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                texts.put(entry.getName().replace("intercept-report/", ""), new String(zip.readAllBytes()));
            }
        }
        return texts;
    }

    @Test
    void shouldHoldWhatABugReportNeeds() throws Exception {
        Map<String, String> texts = report();
        assertTrue(texts.get("version.txt").startsWith("intercept "));
        assertTrue(texts.get("options.txt").contains("203.0.113.7"));
        assertTrue(texts.get("check.txt").contains("rule-no-listener"));
        assertTrue(texts.get("backends.txt").contains("nfqueue"));
        assertTrue(texts.get("host/iptables-nft-save.txt").contains("NFQUEUE --queue-num 0"));
        assertTrue(texts.get("host/ip_route_show.txt").contains(TestNetwork.CLIENTS));
        assertTrue(texts.containsKey("host/net/netstat.txt"));
        assertEquals(2000, texts.get("log.txt").lines().count());
        assertTrue(texts.get("log.txt").endsWith("last\n"));
    }

    @Test
    void shouldReplaceEveryAddressByAName() throws Exception {
        Map<String, String> texts = report("--redact");
        texts.forEach((name, text) -> {
            assertFalse(text.contains("203.0.113."), name);
            assertFalse(text.contains("198.51.100."), name);
            assertFalse(text.contains("192.0.2."), name);
        });
        assertTrue(texts.get("options.txt").contains("ip-"));
        assertTrue(texts.get("host/ip_address.txt").contains("127.0.0.1"));
    }

    @Test
    void shouldOverwriteNothing() throws Exception {
        Path file = Files.writeString(directory.resolve("mine"), "mine");
        CommandRun run = CommandRun.of("report", "-o", file.toString());
        assertEquals(73, run.exitCode());
        assertEquals(
                "intercept: cannot write the report " + file + ": File exists; name a new file with -o\n", run.err());
        assertEquals("mine", Files.readString(file));
    }
}
