package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.spi.CaptureBackendProvider;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which class a plug-in gets when its jar and intercept both have one of that name. */
class PluginClassesTest {

    /** An older guava than intercept's own; the build puts it there. */
    private static final Path GUAVA = Path.of("target/plug-in-libraries/guava-20.0.jar");

    /** The interface as plug-ins of version 1 were compiled against it. */
    private static final Path SPI_1 = Path.of("../spi/src/test/compatibility/intercept-spi-1.jar");

    /** A constant that guava 20 has and later releases do not. */
    private static final String WITH_GUAVA_20 = "public Optional<String> unavailabilityCause() {"
            + " return Optional.of(com.google.common.base.CharMatcher.WHITESPACE.trimFrom(\" of guava 20 \")); }";

    @TempDir
    static Path plugins;

    private static CaptureBackendProvider provider;

    @BeforeAll
    static void shadeGuavaIntoAPlugin() throws Exception {
        Path jar = PluginJar.write(plugins, "shaded", PluginJar.source("shaded", 1, 1, WITH_GUAVA_20), GUAVA, SPI_1);
        PluginJar.shade(jar, GUAVA, "/com/google/common/base");
        PluginJar.shade(jar, SPI_1, "/dev");
        BackendRegistry registry = BackendRegistry.load(BackendRegistry.class.getClassLoader(), List.of(plugins));
        assertEquals(List.of(), registry.problems());
        provider = registry.entries().stream()
                .map(BackendRegistry.Entry::provider)
                .filter(found -> found.name().equals("shaded"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRunAPluginOnTheGuavaInItsJarAndInterceptOnItsOwn() throws Exception {
        assertThrows(NoSuchFieldException.class, () -> guava(BackendRegistryTest.class)
                .getField("WHITESPACE"));
        assertEquals(Optional.of("of guava 20"), provider.unavailabilityCause());
        assertNotSame(guava(BackendRegistryTest.class), guava(provider.getClass()));
    }

    private static Class<?> guava(Class<?> user) throws ClassNotFoundException {
        return user.getClassLoader().loadClass("com.google.common.base.CharMatcher");
    }

    @Test
    void shouldFindAPluginsOwnFilesFirst() throws Exception {
        String name = "com/google/common/base/CharMatcher.class";
        ClassLoader loader = provider.getClass().getClassLoader();
        URL own = loader.getResource(name);
        assertEquals(plugins.resolve("shaded.jar").toUri(), jarOf(own));
        assertEquals(own, loader.getResources(name).nextElement());
    }

    private static URI jarOf(URL entry) throws Exception {
        return ((JarURLConnection) entry.openConnection()).getJarFileURL().toURI();
    }
}
