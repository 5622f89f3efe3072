package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.Intercept;
import dev.intercept.InterceptConfig;
import dev.intercept.StartException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendRegistryTest {

    private static final int VERSION = CaptureBackendProvider.SPI_VERSION;
    private static final String UNAVAILABLE =
            "public Optional<String> unavailabilityCause() { return Optional.of(\"the module is not there\"); }";

    @TempDir
    Path plugins;

    @Test
    void shouldChooseTheHighestPriorityThatCanBeUsedAndSayWhatWasPassedOver() throws Exception {
        PluginJar.write(plugins, "a", "first", 200, VERSION, UNAVAILABLE);
        PluginJar.write(plugins, "b", "second", 100, VERSION, "");
        PluginJar.write(plugins, "c", "third", 50, VERSION, "");
        BackendRegistry.Choice choice = load().choose(Optional.empty());
        assertEquals("second", choice.provider().name());
        assertEquals(List.of(new BackendRegistry.PassedOver("first", "the module is not there")), choice.passedOver());
        assertEquals(Optional.of("backend second, not first: the module is not there"), choice.reason());
    }

    @Test
    void shouldGiveTheReasonInALineThatFitsTheLog() throws Exception {
        PluginJar.write(plugins, "a", "second", 100, VERSION, "");
        CaptureBackendProvider second = load().choose(Optional.of("second")).provider();
        assertReason(Optional.empty(), new BackendRegistry.Choice(second, List.of()));
        assertReason(
                Optional.of("backend second, not ipqueue: kernel 6.1.0-34-amd64 has no ip_queue"),
                passedOver(second, "kernel 6.1.0-34-amd64 has no ip_queue, which Linux dropped in 3.5: use another"));
        assertReason(
                Optional.of("backend second: kernel 5.14.0-427.13.1.el9_4.x86_64 has no ip_queue"),
                passedOver(second, "kernel 5.14.0-427.13.1.el9_4.x86_64 has no ip_queue (it went); use another"));
        assertReason(
                Optional.of("backend second, not ipqueue: see --list-backends"),
                passedOver(second, "there is no end to what keeps " + "this ".repeat(20) + "from working"));
    }

    private static BackendRegistry.Choice passedOver(CaptureBackendProvider chosen, String cause) {
        return new BackendRegistry.Choice(chosen, List.of(new BackendRegistry.PassedOver("ipqueue", cause)));
    }

    private static void assertReason(Optional<String> expected, BackendRegistry.Choice choice) {
        assertEquals(expected, choice.reason());
        assertTrue(choice.reason().orElse("").length() <= BackendRegistry.MAX_REASON);
    }

    @Test
    void shouldNeverChooseSilentlyWhatHasNoPriority() throws Exception {
        PluginJar.write(plugins, "a", "observer", 0, VERSION, "");
        BackendException e = assertThrows(BackendException.class, () -> load().choose(Optional.empty()));
        assertEquals(BackendException.Kind.UNAVAILABLE, e.kind());
        assertEquals(
                "no backend that decides verdicts can be used here. One that only observes must be named: see --list-backends",
                e.getMessage());
        assertEquals(
                "observer", load().choose(Optional.of("observer")).provider().name());
    }

    @Test
    void shouldBeStrictAboutANamedBackend() throws Exception {
        PluginJar.write(plugins, "a", "first", 200, VERSION, UNAVAILABLE);
        PluginJar.write(plugins, "b", "second", 100, VERSION, "");
        BackendException e = assertThrows(BackendException.class, () -> load().choose(Optional.of("first")));
        assertEquals(BackendException.Kind.UNAVAILABLE, e.kind());
        assertEquals("backend first cannot be used here: the module is not there", e.getMessage());
    }

    @Test
    void shouldListTheNamesWhenOneIsUnknown() throws Exception {
        PluginJar.write(plugins, "b", "second", 100, VERSION, "");
        PluginJar.write(plugins, "a", "first", 200, VERSION, "");
        BackendException e = assertThrows(BackendException.class, () -> load().choose(Optional.of("frist")));
        assertEquals(BackendException.Kind.USAGE, e.kind());
        assertEquals("--backend=frist: no such backend; there are first, second", e.getMessage());
    }

    @Test
    void shouldNameTheJarOfAnotherInterfaceVersion() throws Exception {
        Path jar = PluginJar.write(plugins, "old", "old", 300, VERSION + 1, "");
        assertProblem(jar + ": backend old was built for version " + (VERSION + 1)
                + " of the backend interface, this intercept takes 1 to " + VERSION
                + ": take a release of the plug-in that fits, or a newer intercept");
    }

    @Test
    void shouldNameTheJarWhoseProviderFails() throws Exception {
        Path jar = PluginJar.write(
                plugins,
                "bad",
                "bad",
                300,
                VERSION,
                "public Plugin() { throw new IllegalStateException(\"no luck\"); }");
        List<String> problems = loadWithGoodOne().problems();
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).startsWith(jar + ": a backend cannot be loaded: "), problems.get(0));
        assertTrue(problems.get(0).contains("no luck"), problems.get(0));
    }

    @Test
    void shouldNameTheJarWhoseProviderMissesAClass() throws Exception {
        Path jar = PluginJar.pack(plugins.resolve("missing.jar"), null, "dev.example.Missing\n");
        List<String> problems = loadWithGoodOne().problems();
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).startsWith(jar + ": a backend cannot be loaded: "), problems.get(0));
        assertTrue(problems.get(0).contains("dev.example.Missing"), problems.get(0));
    }

    @Test
    void shouldSayWhatIsWrongWithAJarInWordsAndNameNoException() throws Exception {
        Path noZip = Files.writeString(plugins.resolve("a.jar"), "no jar at all");
        Path cut = PluginJar.write(plugins, "b", "cut", 10, VERSION, "");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 200));
        Path missing = PluginJar.pack(plugins.resolve("c.jar"), null, "dev.example.Missing\n");
        Path wrong = PluginJar.write(plugins, "d", "public class Plugin {}");
        Path garbled = PluginJar.pack(plugins.resolve("e.jar"), null, "no class name\n");
        List<String> problems = loadWithGoodOne().problems();
        String damaged = ": this is no jar, or a damaged one; copy it here again, or remove it";
        String named = ": a backend cannot be loaded: META-INF/services names the class ";
        String nextStep = "; take another release of the plug-in, or remove the jar";
        assertEquals(
                List.of(
                        noZip + damaged,
                        cut + damaged,
                        missing + named + "dev.example.Missing, which is not in the jar" + nextStep,
                        wrong + named + "Plugin, which is no CaptureBackendProvider" + nextStep),
                problems.subList(0, 4));
        assertTrue(
                problems.get(4)
                        .startsWith(garbled + ": a backend cannot be loaded: META-INF/services is not as it should be"),
                problems.get(4));
        assertTrue(problems.stream().noneMatch(problem -> problem.contains("Exception")), problems.toString());
    }

    @Test
    void shouldNameTheJarWithoutBackend() throws Exception {
        Path jar = PluginJar.pack(plugins.resolve("empty.jar"), null, null);
        assertProblem(jar + ": holds no backend; it needs META-INF/services/dev.intercept.spi.CaptureBackendProvider");
    }

    @Test
    void shouldNameAPluginThatFailsWhenItIsOpenedAndCallItNoBugOfIntercept() throws Exception {
        PluginJar.write(
                plugins,
                "broken",
                PluginJar.source("broken", 10, VERSION, "")
                        .replace(
                                "throw new BackendException(BackendException.Kind.REFUSED, \"not in a test\");",
                                "throw new NoClassDefFoundError(\"com/example/Native\");"));
        InterceptConfig config =
                InterceptConfig.builder().port(0).backendName("broken").build();
        StartException e = assertThrows(StartException.class, () -> Intercept.attempt(config, load()));
        assertEquals(ExitCode.UNAVAILABLE, e.exitCode());
        assertEquals(
                "backend broken fails when it is opened (java.lang.NoClassDefFoundError: com/example/Native); take another"
                        + " release of this plug-in, or another --backend",
                e.getMessage());
    }

    @Test
    void shouldKeepTheFirstOfTwoBackendsOfOneName() throws Exception {
        Path first = PluginJar.write(plugins, "a", "twin", 10, VERSION, "");
        Path second = PluginJar.write(plugins, "b", "twin", 20, VERSION, "");
        assertProblem(second + ": a second backend named twin is left out, the one from " + first + " is used");
        assertEquals(10, load().choose(Optional.of("twin")).provider().priority());
    }

    @Test
    void shouldTakeAProviderThatFailsWhenAskedAsUnusable() throws Exception {
        PluginJar.write(
                plugins,
                "a",
                "first",
                200,
                VERSION,
                "public Optional<String> unavailabilityCause() { throw new UnsatisfiedLinkError(\"libfoo\"); }");
        PluginJar.write(plugins, "b", "second", 100, VERSION, "");
        BackendRegistry.Choice choice = load().choose(Optional.empty());
        assertEquals("second", choice.provider().name());
        assertEquals(
                "it fails when asked whether it can be used: java.lang.UnsatisfiedLinkError: libfoo",
                choice.passedOver().get(0).cause());
    }

    @Test
    void shouldTakeAMissingPluginDirectoryForAnEmptyOne() {
        assertEquals(
                List.of(),
                BackendRegistry.load(loader(), List.of(plugins.resolve("none"))).problems());
    }

    private void assertProblem(String text) throws IOException {
        assertEquals(List.of(text), loadWithGoodOne().problems());
    }

    /** Whatever is broken, the good backend beside it is found. */
    private BackendRegistry loadWithGoodOne() throws IOException {
        PluginJar.write(plugins, "good", "good", 1, VERSION, "");
        BackendRegistry registry = load();
        assertTrue(registry.entries().stream()
                .anyMatch(entry -> entry.provider().name().equals("good")));
        return registry;
    }

    private BackendRegistry load() {
        return BackendRegistry.load(loader(), List.of(plugins));
    }

    /** Sees the interface and no backend. */
    private static ClassLoader loader() {
        return BackendRegistry.class.getClassLoader();
    }
}
