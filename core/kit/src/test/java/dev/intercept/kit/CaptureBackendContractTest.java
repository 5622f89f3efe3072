package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the contract is worth having: a backend that breaks it fails it, and fails no other. */
class CaptureBackendContractTest {

    private static final int PATIENCE_MS = 400;

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
                broken(BrokenBackends.R07WaitsThoughToldNotTo::new),
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

    @ParameterizedTest
    @MethodSource("brokenBackends")
    void shouldFailExactlyTheRuleThatABackendBreaks(IntFunction<MemoryBackend> opener) throws Exception {
        String rule = opener.apply(1).getClass().getSimpleName().substring(0, 3).toLowerCase();
        assertEquals(Set.of(rule), brokenRules(opener));
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

    private static Set<String> brokenRules(IntFunction<MemoryBackend> opener) throws Exception {
        Set<String> broken = new TreeSet<>();
        for (Method rule : rules()) {
            if (!holds(rule, opener)) {
                broken.add(rule.getName().substring(0, 3));
            }
        }
        return broken;
    }

    private static boolean holds(Method rule, IntFunction<MemoryBackend> opener) throws Exception {
        CaptureBackendContract contract = new ImpatientContract(opener);
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

    private static final class ImpatientContract extends CaptureBackendContract {

        private final IntFunction<MemoryBackend> opener;

        ImpatientContract(IntFunction<MemoryBackend> opener) {
            this.opener = opener;
        }

        @Override
        protected BackendFixture newFixture() {
            return new MemoryFixture(opener);
        }

        @Override
        protected int patienceMs() {
            return PATIENCE_MS;
        }
    }
}
