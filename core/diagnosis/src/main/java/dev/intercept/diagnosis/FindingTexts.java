package dev.intercept.diagnosis;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.StringJoiner;

/** Findings as people and as programs read them. */
public final class FindingTexts {

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private FindingTexts() {}

    /** One line for each finding, the severity in front. */
    public static String lines(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(String.format("%-5s", finding.severity()))
                    .append(finding.line().replace('\n', ' '))
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    /**
     * For who wants to know what is wrong: what is, the worst first, then what is well where that is asked for, and at the end
     * a line that counts them.
     */
    public static String summary(List<Finding> findings, boolean withOk) {
        StringBuilder text = new StringBuilder();
        StringJoiner counts = new StringJoiner(", ");
        for (Severity severity : List.of(Severity.FAIL, Severity.WARN, Severity.INFO, Severity.OK)) {
            List<Finding> some = findings.stream()
                    .filter(finding -> finding.severity() == severity)
                    .toList();
            text.append(severity != Severity.OK || withOk ? lines(some) : "");
            if (severity != Severity.INFO || !some.isEmpty()) {
                counts.add(some.size() + " " + severity);
            }
        }
        return text + counts.toString() + (withOk ? "" : " (-v prints these too)") + System.lineSeparator();
    }

    /** An array of objects with id, severity, subject, fact, why and remedy, all strings. */
    public static String json(List<Finding> findings) {
        return GSON.toJson(array(findings));
    }

    public static JsonArray array(List<Finding> findings) {
        JsonArray array = new JsonArray();
        for (Finding finding : findings) {
            JsonObject object = new JsonObject();
            object.addProperty("id", finding.id().label());
            object.addProperty("severity", finding.severity().name());
            object.addProperty("subject", finding.subject());
            object.addProperty("fact", finding.fact());
            object.addProperty("why", finding.id().why());
            object.addProperty("remedy", finding.remedy());
            array.add(object);
        }
        return array;
    }
}
