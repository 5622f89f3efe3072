package dev.intercept.ipqueue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs a command beside a bridge from NFQUEUE 0 to ip_queue, in the network namespace of this process: an {@code intercept
 * --backend=ipqueue} that the command starts takes the bridge for its kernel.
 *
 * <p>Ends with the command's exit code and a line that reports what the bridge carried: {@code bridge: accepted=0 dropped=31
 * unanswered=0}.
 */
final class BridgeMain {

    private BridgeMain() {}

    /** The command and its arguments. */
    public static void main(String[] command) throws Exception {
        Path proc = Files.createTempDirectory("ip_queue-proc");
        int exitCode;
        try (NfqueueBridge bridge = NfqueueBridge.start(proc)) {
            exitCode = run(List.of(command), bridge.endpoint());
            System.out.println("bridge: accepted=" + bridge.accepted() + " dropped=" + bridge.dropped() + " unanswered="
                    + bridge.unanswered());
        }
        delete(proc);
        System.exit(exitCode);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static int run(List<String> command, KernelEndpoint endpoint) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        Map<String, String> environment = builder.environment();
        environment.merge("INTERCEPT_JAVA_OPTS", properties(endpoint), (given, ours) -> given + " " + ours);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process.waitFor();
    }

    /** What has a Java runtime take the bridge for its kernel. */
    static String properties(KernelEndpoint endpoint) {
        return "-D" + KernelEndpoint.PROTOCOL_PROPERTY + "=" + endpoint.protocol() + " -D"
                + KernelEndpoint.PORT_PROPERTY + "=" + endpoint.portId() + " -D" + KernelEndpoint.PROC_PROPERTY + "="
                + endpoint.proc();
    }
}
