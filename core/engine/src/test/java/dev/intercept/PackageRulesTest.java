package dev.intercept;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each package of core may know, as docs/architecture.md has it. */
class PackageRulesTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .importPaths(
                    Path.of("target/classes"), Path.of("../wire/target/classes"), Path.of("../spi/target/classes"));

    private static final String[] PLAIN_JAVA = {
        "java.lang",
        "java.lang.annotation",
        "java.lang.invoke",
        "java.lang.runtime",
        "java.util",
        "java.util.function",
        "java.util.stream"
    };

    private static final String FOR_THE_COMPILER = "org.jspecify.annotations";

    private static final String[] BYTES = {"java.io", "java.nio", "java.nio.charset"};

    private static String[] and(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private static void mayUse(String name, String... packages) {
        classes()
                .that()
                .resideInAPackage("dev.intercept." + name)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(and(packages, "dev.intercept." + name, FOR_THE_COMPILER)))
                .check(CORE);
    }

    @Test
    void shouldShowBackendsNothingButTheJdk() {
        mayUse("spi", "java..");
    }

    @Test
    void shouldReadPacketsWithoutSocketsAndThreads() {
        mayUse("packet", and(PLAIN_JAVA, BYTES));
        haveNoThreads("packet");
    }

    @Test
    void shouldSpeakTcpcopysProtocolWithoutSocketsAndThreads() {
        mayUse("tcpcopy", and(and(PLAIN_JAVA, BYTES), "java.nio.channels", "dev.intercept.packet"));
        noClasses()
                .that()
                .resideInAPackage("dev.intercept.tcpcopy")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.nio\\.channels\\.(Selector|Selection|.*Socket).*")
                .check(CORE);
        haveNoThreads("tcpcopy");
    }

    private static void haveNoThreads(String name) {
        noClasses()
                .that()
                .resideInAPackage("dev.intercept." + name)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(CORE);
    }

    @Test
    void shouldKeepSessionsWithoutNioAndBackends() {
        mayUse(
                "session",
                and(
                        and(PLAIN_JAVA, BYTES),
                        "java.security",
                        "java.util.concurrent..",
                        "dev.intercept.packet",
                        "dev.intercept.stats"));
    }

    @Test
    void shouldCountAnswersWithoutSessionsAndSockets() {
        mayUse("answers", "java..", "dev.intercept.packet", "dev.intercept.stats");
    }

    @Test
    void shouldServeTunnelsWithoutBackendsAndVerdicts() {
        mayUse(
                "server",
                "java..",
                "jdk.net",
                "dev.intercept.answers",
                "dev.intercept.tcpcopy",
                "dev.intercept.session",
                "dev.intercept.packet",
                "dev.intercept.net",
                "dev.intercept.stats");
    }

    @Test
    void shouldDecideVerdictsWithoutTheServerAndTcpcopysProtocol() {
        mayUse(
                "capture",
                "java..",
                "com.google.common..",
                "dev.intercept.spi",
                "dev.intercept.answers",
                "dev.intercept.session",
                "dev.intercept.packet",
                "dev.intercept.net",
                "dev.intercept.stats");
    }

    @Test
    void shouldCountWithoutKnowingWhatIsCounted() {
        mayUse("stats", "java..", "dev.intercept.spi");
    }

    @Test
    void shouldParseAddressesWithoutKnowingWhatFor() {
        mayUse("net", "java..", "com.google.common..", "dev.intercept.spi");
    }
}
