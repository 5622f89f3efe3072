package dev.intercept.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each module may know of the others, as docs/architecture.md has it. Rules inside core are tested there. */
class ModuleRulesTest {

    private static final List<String> BACKENDS = List.of("ipqueue", "nfqueue", "ebpf", "pcap");

    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(ModuleRulesTest::isOfTheProgram)
            .importPackages("dev.intercept");

    /** Neither of the contract kit nor of another module's published tests. */
    private static boolean isOfTheProgram(Location location) {
        return !location.contains("/dev/intercept/kit/") && !location.contains("-tests.jar");
    }

    /** A class's module shows in its place: {@code …/backend-pcap/target/classes/…} or {@code …/intercept-backend-pcap-1.0.jar!…}. */
    private static DescribedPredicate<JavaClass> in(String module) {
        String place = ".*(/" + module + "/target/|/intercept-" + module + "-\\d).*";
        return describe("in " + module, type -> type.getBaseComponentType()
                .getSource()
                .filter(source -> source.getUri().toString().matches(place))
                .isPresent());
    }

    private static DescribedPredicate<JavaClass> inAnyBackend() {
        return in("backend-(" + String.join("|", BACKENDS) + ")").as("in a backend");
    }

    private static DescribedPredicate<JavaClass> inDist() {
        return in("(app|selftest|package)").as("in dist");
    }

    @Test
    void shouldSeeEveryModule() {
        assertTrue(PROGRAM.stream().anyMatch(in("(spi|netlink|wire|engine)")), "core");
        assertTrue(PROGRAM.stream().anyMatch(inDist()), "dist");
        for (String backend : BACKENDS) {
            assertTrue(PROGRAM.stream().anyMatch(in("backend-" + backend)), backend);
        }
    }

    @Test
    void shouldShowBackendsOnlyTheSpiNetlinkAndThemselves() {
        for (String backend : BACKENDS) {
            DescribedPredicate<JavaClass> own = in("backend-" + backend);
            classes()
                    .that(own)
                    .should()
                    .onlyDependOnClassesThat(own.or(not(resideInAPackage("dev.intercept..")))
                            .or(resideInAnyPackage("dev.intercept.spi", "dev.intercept.netlink")))
                    .check(PROGRAM);
        }
    }

    /** Beside it annotations, which are for the compiler. */
    @Test
    void shouldLetSpiAndNetlinkKnowTheJdkOnly() {
        for (String module : List.of("spi", "netlink")) {
            classes()
                    .that(in(module))
                    .should()
                    .onlyDependOnClassesThat(in(module).or(resideInAnyPackage("java..", "org.jspecify.annotations")))
                    .check(PROGRAM);
        }
    }

    @Test
    void shouldFindBackendsByServiceLoaderOnly() {
        noClasses()
                .that(not(inAnyBackend()))
                .should()
                .dependOnClassesThat(inAnyBackend())
                .check(PROGRAM);
    }

    @Test
    void shouldKeepNativeLibrariesInTheBackends() {
        noClasses()
                .that(in("(spi|netlink|wire|engine)"))
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "jnr..", "org.pcap4j.."))
                .check(PROGRAM);
    }

    @Test
    void shouldLetOnlyDistKnowPicocliAndTheProcess() {
        DescribedPredicate<JavaClass> others = not(inDist());
        noClasses()
                .that(others)
                .should()
                .dependOnClassesThat(resideInAPackage("picocli.."))
                .check(PROGRAM);
        noClasses()
                .that(others)
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(PROGRAM);
        noClasses()
                .that(others)
                .should()
                .callMethod(Runtime.class, "halt", int.class)
                .check(PROGRAM);
        noClasses().that(others).should().accessField(System.class, "out").check(PROGRAM);
        noClasses().that(others).should().accessField(System.class, "err").check(PROGRAM);
    }

    @Test
    void shouldKeepLoggingAndDaemonFreeOfTheCommandLine() {
        noClasses()
                .that(resideInAnyPackage("dev.intercept.logging", "dev.intercept.daemon"))
                .should()
                .dependOnClassesThat(resideInAnyPackage("picocli..", "dev.intercept.cli"))
                .check(PROGRAM);
    }
}
