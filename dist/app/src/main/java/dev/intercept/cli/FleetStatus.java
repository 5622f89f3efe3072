package dev.intercept.cli;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.intercept.monitor.StatusText;
import dev.intercept.spi.IoFailure;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several intercepts between which the answers are spread, each asked over HTTP where its {@code --metrics} is. Each sees the
 * answers that the network sent its way, and the sessions of all.
 */
final class FleetStatus {

    private static final int TIMEOUT_MS = 5000;

    /** @param report of one; null where none came, and then why */
    private record Member(
            String place, @Nullable String report, @Nullable String failure) {}

    private final List<Member> members = new ArrayList<>();

    private FleetStatus() {}

    static FleetStatus ask(List<InetSocketAddress> places) {
        FleetStatus fleet = new FleetStatus();
        for (InetSocketAddress place : places) {
            fleet.members.add(ask(place));
        }
        return fleet;
    }

    private static Member ask(InetSocketAddress place) {
        String name = place.getAddress().getHostAddress() + ":" + place.getPort();
        try {
            URL url = new URL("http", place.getAddress().getHostAddress(), place.getPort(), "/status.json");
            HttpURLConnection connection = (HttpURLConnection) url.openConnection();
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            try (var in = connection.getInputStream()) {
                String report = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                new StatusText(report).line();
                return new Member(name, report, null);
            }
        } catch (IOException e) {
            return new Member(name, null, IoFailure.reason(e));
        } catch (RuntimeException e) { // No JSON, or another one than an intercept sends.
            return new Member(name, null, "what answers there is no intercept of this version");
        }
    }

    /** All of them answer, and none has a finding that says FAIL. */
    boolean isHealthy() {
        return members.stream().allMatch(member -> member.report != null && new StatusText(member.report).isHealthy());
    }

    /** A line for each with its share of the answers, and one for all. */
    String lines() {
        long all = members.stream().mapToLong(FleetStatus::forwarded).sum();
        StringBuilder text = new StringBuilder();
        for (Member member : members) {
            text.append(member.place).append(": ");
            text.append(
                    member.report == null
                            ? "no answer (" + member.failure + ")"
                            : share(member, all) + new StatusText(member.report).line() + "; "
                                    + new StatusText(member.report).answeredShare());
            text.append('\n');
        }
        long answering =
                members.stream().filter(member -> member.report != null).count();
        return text + (answering + " of " + members.size() + " answer; " + all + " answers forwarded by all of them\n");
    }

    private static String share(Member member, long all) {
        return all == 0 ? "" : Math.round(100.0 * forwarded(member) / all) + " % of the answers, ";
    }

    private static long forwarded(Member member) {
        return member.report == null ? 0 : new StatusText(member.report).forwarded();
    }

    /** One object: each one's report, or null, by its address. */
    String json() {
        JsonObject all = new JsonObject();
        for (Member member : members) {
            all.add(member.place, member.report == null ? JsonNull.INSTANCE : JsonParser.parseString(member.report));
        }
        return all + "\n";
    }
}
