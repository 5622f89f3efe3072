package dev.intercept.diagnosis.rules;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackendProvider;
import java.util.List;
import java.util.Map;

/** The rules of the backends that come with intercept. */
final class BackendRules {

    private BackendRules() {}

    static QueueRule of(String backend, Map<String, String> options, AnswerMatch answers, String... passList) {
        CaptureBackendProvider provider =
                BackendRegistry.load(List.of()).find(backend).orElseThrow();
        try {
            BackendOptions values = new BackendOptions(provider.options(), options);
            return QueueRule.of(provider.rules(values).orElseThrow(), answers, List.of(passList));
        } catch (BackendException e) {
            throw new AssertionError("options of a test", e);
        }
    }
}
