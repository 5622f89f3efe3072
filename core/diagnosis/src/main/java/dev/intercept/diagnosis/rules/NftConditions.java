package dev.intercept.diagnosis.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What conditions of nft rules mean for answers, libnftables-json(5). Each has a left side, an operator and a right side. */
final class NftConditions {

    private static final Set<String> OTHER_PROTOCOLS =
            Set.of("udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "ip6", "arp", "esp", "ah", "comp");

    private final NftValues values;
    private final String table;
    private final String id;

    /**
     * @param table {@code "ip filter"}
     * @param id of the rule, which no other has
     */
    NftConditions(NftValues values, String table, String id) {
        this.values = values;
        this.table = table;
        this.id = id;
    }

    Match of(JsonObject match) {
        return of(match.get("left"), NftRules.text(match, "op"), match.get("right"));
    }

    Match of(JsonElement left, String operator, JsonElement right) {
        String subject = subject(left);
        if (OTHER_PROTOCOLS.contains(subject.split(" ")[0])) {
            return Match.NOTHING;
        }
        Optional<Match> known =
                switch (subject) {
                    case "tcp sport", "th sport" -> ports(operator, right).map(Match::ofPorts);
                    case "tcp dport", "th dport" -> ports(operator, right).map(Match::ofClientPorts);
                    case "meta l4proto", "ip protocol" ->
                        named(operator, right, Set.of("tcp", "6")).map(NftConditions::either);
                    case "meta nfproto", "meta protocol" ->
                        named(operator, right, Set.of("ipv4", "ip", "2")).map(NftConditions::either);
                    case "ct state" ->
                        named(operator, right, Set.of("established")).map(Match::ofState);
                    case "ct direction" ->
                        named(operator, right, Set.of("reply")).map(Match::ofState);
                    case "ip saddr", "ip daddr", "meta oif", "meta oifname" ->
                        Optional.of(Match.part(left + operator + right));
                    default -> Optional.empty();
                };
        return known.orElseGet(() -> unread(left + operator + right));
    }

    /** One that is not known may go by count or by chance: two rules that have it need not match the same packets. */
    Match unread(String condition) {
        boolean isOfPacket = condition.startsWith("{\"payload\"") || condition.startsWith("{\"meta\"");
        return Match.unread(isOfPacket && !condition.contains("random") ? condition : condition + id);
    }

    /** {@code "tcp sport"}, {@code "meta mark"}, {@code "ct state"}; empty for others. */
    private static String subject(JsonElement left) {
        if (!left.isJsonObject()) {
            return "";
        }
        JsonObject object = left.getAsJsonObject();
        String kind = object.keySet().iterator().next();
        if (!Set.of("payload", "meta", "ct").contains(kind) || !object.get(kind).isJsonObject()) {
            return "";
        }
        JsonObject what = object.getAsJsonObject(kind);
        return kind.equals("payload")
                ? NftRules.text(what, "protocol") + ' ' + NftRules.text(what, "field")
                : kind + ' ' + NftRules.text(what, "key");
    }

    private Optional<Ports> ports(String operator, JsonElement right) {
        return values.elements(table, right).flatMap(NftConditions::union).flatMap(ports -> compared(operator, ports));
    }

    private static Optional<Ports> union(List<JsonElement> elements) {
        List<PortRange> ranges = new ArrayList<>();
        for (JsonElement element : elements) {
            NftValues.range(element).ifPresent(ranges::add);
        }
        return ranges.size() == elements.size() ? Optional.of(Ports.of(ranges)) : Optional.empty();
    }

    private static Optional<Ports> compared(String operator, Ports ports) {
        if (operator.equals("==") || operator.equals("in")) {
            return Optional.of(ports);
        }
        if (operator.equals("!=")) {
            return Optional.of(ports.not());
        }
        if (ports.single().isEmpty()) {
            return Optional.empty();
        }
        int port = ports.single().getAsInt();
        PortRange range =
                switch (operator) {
                    case "<" -> new PortRange(0, port - 1);
                    case "<=" -> new PortRange(0, port);
                    case ">" -> new PortRange(port + 1, Ports.LAST);
                    case ">=" -> new PortRange(port, Ports.LAST);
                    default -> new PortRange(1, 0);
                };
        return Optional.of(Ports.of(List.of(range)));
    }

    /** @param ofAnswers of these names every answer has one */
    private Optional<Boolean> named(String operator, JsonElement right, Set<String> ofAnswers) {
        Optional<List<JsonElement>> elements = values.elements(table, right);
        if (elements.isEmpty()
                || !Set.of("==", "in", "!=").contains(operator)
                || !elements.get().stream().allMatch(JsonElement::isJsonPrimitive)) {
            return Optional.empty();
        }
        boolean has = elements.get().stream().map(JsonElement::getAsString).anyMatch(ofAnswers::contains);
        return Optional.of(has != operator.equals("!="));
    }

    private static Match either(boolean isOfAnswers) {
        return isOfAnswers ? Match.EVERYTHING : Match.NOTHING;
    }
}
