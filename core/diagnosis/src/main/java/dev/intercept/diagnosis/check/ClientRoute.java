package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;
import java.util.List;
import java.util.Optional;

/**
 * How an answer to a client leaves this host: to the client that the user named, otherwise by the default route.
 *
 * @param text what {@code ip route get} said, or the default route
 * @param device the interface; empty where there is no route
 * @param isLocal whether the client's address is this host's own
 */
record ClientRoute(String text, String device, boolean isLocal) {

    static ClientRoute of(Host host, CheckScope scope) {
        Optional<Host.Output> answer = scope.client().isPresent()
                ? host.run("ip", "route", "get", scope.client().get())
                : host.run("ip", "route", "show", "default");
        boolean isRouted = answer.filter(Host.Output::isSuccess).isPresent();
        String text = answer.map(Host.Output::text).orElse("").strip().replaceAll("\\s+", " ");
        return new ClientRoute(text, isRouted ? wordAfter("dev", text) : "", text.startsWith("local "));
    }

    /** The interface by which a host is reached; empty where there is no route. */
    static String deviceTo(Host host, String address) {
        return host.run("ip", "route", "get", address)
                .filter(Host.Output::isSuccess)
                .map(answer -> wordAfter("dev", answer.text().strip().replaceAll("\\s+", " ")))
                .orElse("");
    }

    private static String wordAfter(String word, String text) {
        List<String> words = List.of(text.split(" "));
        int index = words.indexOf(word);
        return index >= 0 && index + 1 < words.size() ? words.get(index + 1) : "";
    }
}
