package dev.intercept.diagnosis.rules;

import java.util.ArrayList;
import java.util.List;

/** The words of one line of iptables-save after {@code -A CHAIN}. See iptables-extensions(8). */
final class SavedRuleWords {

    private final List<PortRange> sourcePorts = new ArrayList<>();
    private boolean tcp = true;
    private boolean established = true;
    private boolean isNarrower;
    private boolean isBypass;
    private String target = "";
    private int firstNumber = -1;
    private int lastNumber = -1;

    SavedRuleWords(String text) {
        String[] words = text.split(" +");
        for (int i = 0; i < words.length; ) {
            i += take(words[i], i + 1 < words.length ? words[i + 1] : "");
        }
        boolean countsFromZero = target.equals("QUEUE") || target.equals("NFQUEUE") || target.equals("NFLOG");
        if (firstNumber < 0 && countsFromZero) {
            firstNumber = 0;
            lastNumber = 0;
        }
    }

    /** @return how many words belong together */
    private int take(String word, String value) {
        switch (word) {
            case "-p" -> tcp = value.equals("tcp") || value.equals("all") || value.equals("6");
            case "-m" -> isNarrower |= !isUnderstood(value);
            case "-j", "-g" -> target = value;
            case "--sport", "--source-port", "--sports", "--source-ports" -> addPorts(value);
            case "--state", "--ctstate" ->
                established = List.of(value.split(",")).contains("ESTABLISHED");
            case "--queue-num", "--nflog-group" -> numbers(value, value);
            case "--queue-balance" -> numbers(value.split(":")[0], value.substring(value.indexOf(':') + 1));
            case "--queue-bypass" -> {
                isBypass = true;
                return 1;
            }
            case "--queue-cpu-fanout" -> {
                return 1;
            }
            case "--comment",
                    "--nflog-prefix",
                    "--nflog-size",
                    "--nflog-threshold",
                    "--nflog-range",
                    "--reject-with" -> {
                return 2;
            }
            default -> {
                isNarrower |= target.isEmpty();
                return 1;
            }
        }
        return 2;
    }

    private static boolean isUnderstood(String module) {
        return List.of("tcp", "multiport", "state", "conntrack", "comment").contains(module);
    }

    private void addPorts(String ports) {
        try {
            for (String port : ports.split(",")) {
                sourcePorts.add(PortRange.parse(port));
            }
        } catch (NumberFormatException e) {
            isNarrower = true;
        }
    }

    private void numbers(String first, String last) {
        try {
            firstNumber = Integer.parseInt(first);
            lastNumber = Integer.parseInt(last);
        } catch (NumberFormatException e) {
            isNarrower = true;
        }
    }

    String target() {
        return target;
    }

    Match match() {
        return new Match(tcp, sourcePorts, established, isNarrower);
    }

    int firstNumber() {
        return firstNumber;
    }

    int lastNumber() {
        return lastNumber;
    }

    boolean isBypass() {
        return isBypass;
    }
}
