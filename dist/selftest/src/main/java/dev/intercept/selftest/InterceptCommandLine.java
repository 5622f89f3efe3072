package dev.intercept.selftest;

import dev.intercept.tcpcopy.Generation;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** How the intercept under test is started. */
final class InterceptCommandLine {

    static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 36524);

    /** Makes it say "ready" on its standard output once it captures, as {@code -d} does with the daemon. */
    private static final String REPORT_READY = "--detached";

    private final SelftestOptions options;
    private final TestedBackend backend;

    InterceptCommandLine(SelftestOptions options, TestedBackend backend) {
        this.options = options;
        this.backend = backend;
    }

    /** The arguments, the user's own last: they win. */
    List<String> arguments() {
        List<String> words = new ArrayList<>(List.of(REPORT_READY, "--bind", ADDRESS.getHostString()));
        words.addAll(List.of("--port", Integer.toString(ADDRESS.getPort())));
        options.backend().ifPresent(name -> words.add("--backend=" + name));
        words.addAll(backend.arguments());
        if (cannotBeRecognised(options.generation())) {
            words.add("--generation=" + options.generation().name());
        }
        words.addAll(options.interceptOptions());
        return words;
    }

    /** Generations that begin alike are recognised by their connections, of which the user chooses the number here. */
    private static boolean cannotBeRecognised(Generation generation) {
        return Generation.all().stream().filter(generation::beginsLike).count() > 1 && !generation.opens();
    }
}
