package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.intercept.diagnosis.FindingId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;
import org.junit.jupiter.api.Test;

/**
 * For each kind of finding there is a test that makes the fault for real, does as the finding says and sees it gone: a row of
 * {@link TruthTableTest}, or a test of its own, which has the finding's label as its tag, so that
 * {@code mvn verify -Dgroups=rule-missing} runs those of one finding.
 */
class FaultCoverageTest {

    private static final List<Path> TEST_CLASSES =
            List.of(Path.of("../../core/diagnosis/target/test-classes"), Path.of("target/test-classes"));

    @Test
    void shouldMakeEachFaultForReal() {
        TEST_CLASSES.forEach(path -> assertTrue(Files.isDirectory(path), path + " is not built: mvn test-compile"));
        Set<String> labels =
                Arrays.stream(FindingId.values()).map(FindingId::label).collect(Collectors.toCollection(TreeSet::new));
        Set<String> made = new TreeSet<>(tags());
        made.addAll(TruthTableTest.findings());
        assertEquals(labels, made);
    }

    private static Set<String> tags() {
        return new ClassFileImporter()
                .importPaths(TEST_CLASSES).stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Test.class))
                        .flatMap(FaultCoverageTest::tagsOf)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Several tags stand in a {@link Tags}, one by itself. */
    private static Stream<String> tagsOf(JavaMethod method) {
        Stream<Tag> several = method.tryGetAnnotationOfType(Tags.class)
                .map(Tags::value)
                .map(Arrays::stream)
                .orElseGet(Stream::empty);
        return Stream.concat(several, method.tryGetAnnotationOfType(Tag.class).stream())
                .map(Tag::value);
    }
}
