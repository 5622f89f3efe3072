package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the contract is worth having: a backend that breaks it fails it, and fails no other. */
class CaptureBackendContractTest {

    /** Of a rule that must fail: a rule that the backend keeps has all the time that a busy machine may take for it. */
    private static final int SHORT_PATIENCE_MS = 400;

    private static final int PATIENCE_MS = 120_000;

    /** A busy machine may hide that a backend breaks its rule, by the order in which two threads get on; not so often. */
    private static final int ATTEMPTS = 50;

    /** Rules at a time: most of their time is waiting. */
    private static final int THREADS = 8;

    static Stream<Named<IntFunction<MemoryBackend>>> brokenBackends() {
        return Stream.of(
                broken(BrokenBackends.R01LastInFirstOut::new),
                broken(BrokenBackends.R02LittleEndian::new),
                broken(BrokenBackends.R02SomethingBeforeThePacket::new),
                broken(BrokenBackends.R03TrustsTheHandlerWithItsBuffer::new),
                broken(BrokenBackends.R04ForgetsAVerdict::new),
                broken(BrokenBackends.R04AcceptsTwice::new),
                broken(BrokenBackends.R05IgnoresTheLimit::new),
                broken(BrokenBackends.R06WaitsForTheLimit::new),
                broken(BrokenBackends.R07NeverWaitsLong::new),
                broken(BrokenBackends.R07WaitsThoughAskedNotTo::new),
                broken(BrokenBackends.R08CountsWrong::new),
                broken(BrokenBackends.R09SwallowsTheException::new),
                broken(BrokenBackends.R09AcceptsAfterAnException::new),
                broken(BrokenBackends.R09EndsAfterAnException::new),
                broken(BrokenBackends.R10DoesNotWake::new),
                broken(BrokenBackends.R11ComesBackFromTheEnd::new),
                broken(BrokenBackends.R12FailsWhenClosedAgain::new),
                broken(BrokenBackends.R13MustNotBeClosedByTheHandler::new),
                brokenAt(BrokenBackends.R14StaysTaken::new),
                broken(BrokenBackends.R15LetsGoWhenItCloses::new),
                broken(BrokenBackends.R16CountsNothing::new),
                broken(BrokenBackends.R17ReadsBetweenPolls::new),
                broken(BrokenBackends.R18ForgetsItsReadings::new),
                broken(BrokenBackends.R19NamesLossesWhenTheyHappen::new),
                broken(BrokenBackends.R19HasNoRemedy::new),
                broken(BrokenBackends.R20ForgetsItsName::new),
                broken(BrokenBackends.R21Allocates::new));
    }

    private static Named<IntFunction<MemoryBackend>> broken(Supplier<MemoryBackend> opener) {
        return brokenAt(opening -> opener.get());
    }

    private static Named<IntFunction<MemoryBackend>> brokenAt(IntFunction<MemoryBackend> opener) {
        return Named.of(opener.apply(1).getClass().getSimpleName(), opener);
    }

    private static final ForkJoinPool POOL = new ForkJoinPool(THREADS);

    @AfterAll
    static void endThreads() {
        POOL.shutdown();
    }

    @ParameterizedTest
    @MethodSource("brokenBackends")
    void shouldFailExactlyTheRuleThatABackendBreaks(IntFunction<MemoryBackend> opener) throws Exception {
        String broken =
                opener.apply(1).getClass().getSimpleName().substring(0, 3).toLowerCase();
        assertEquals(
                Set.of(broken), POOL.submit(() -> brokenRules(opener, broken)).get());
    }

    @Test
    void shouldTryEveryRuleWithABrokenBackend() {
        Set<String> tried = new TreeSet<>();
        brokenBackends().forEach(b -> tried.add(b.getName().substring(0, 3).toLowerCase()));
        Set<String> rules = new TreeSet<>();
        rules().forEach(rule -> rules.add(rule.getName().substring(0, 3)));
        assertEquals(rules, tried);
    }

    private static List<Method> rules() {
        return Arrays.stream(CaptureBackendContract.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .toList();
    }

    private static Set<String> brokenRules(IntFunction<MemoryBackend> opener, String broken) {
        return rules().parallelStream()
                .filter(rule ->
                        rule.getName().startsWith(broken) ? isFound(rule, opener) : !holds(rule, opener, PATIENCE_MS))
                .map(rule -> rule.getName().substring(0, 3))
                .collect(Collectors.toSet());
    }

    private static boolean isFound(Method rule, IntFunction<MemoryBackend> opener) {
        return IntStream.range(0, ATTEMPTS).anyMatch(attempt -> !holds(rule, opener, SHORT_PATIENCE_MS));
    }

    private static boolean holds(Method rule, IntFunction<MemoryBackend> opener, int patienceMs) {
        try {
            return isKept(rule, new ContractOf(opener, patienceMs));
        } catch (Exception e) {
            throw new IllegalStateException(rule.getName(), e);
        }
    }

    private static boolean isKept(Method rule, CaptureBackendContract contract) throws Exception {
        contract.setUpFixture();
        try {
            rule.invoke(contract);
            return true;
        } catch (InvocationTargetException failure) {
            return false;
        } finally {
            contract.closeFixture();
        }
    }

    private static final class ContractOf extends CaptureBackendContract {

        private final IntFunction<MemoryBackend> opener;
        private final int patienceMs;

        ContractOf(IntFunction<MemoryBackend> opener, int patienceMs) {
            this.opener = opener;
            this.patienceMs = patienceMs;
        }

        @Override
        protected BackendFixture newFixture() {
            return new MemoryFixture(opener);
        }

        @Override
        protected int patienceMs() {
            return patienceMs;
        }
    }
}
