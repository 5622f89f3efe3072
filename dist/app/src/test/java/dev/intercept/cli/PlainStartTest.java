package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.capture.BackendRegistry;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** A start without picocli means what it means with picocli, and everything that is no plain start is left to picocli. */
class PlainStartTest {

    private static final int LINES = 5000;
    private static final BackendRegistry BACKENDS = BackendRegistry.load(List.of());
    private static final List<OptionSpec> OPTIONS =
            CommandLines.withoutSubcommands(BACKENDS).getCommandSpec().options();

    private static final List<String> VALUES = List.of(
            "1",
            "36524",
            "70000",
            "10.0.0.1",
            "10.0.0.1,",
            "10.0.0.0/8,10.1.0.1",
            "::1",
            "4M",
            "64k",
            "5x",
            "60/20/3",
            "info",
            "JSON",
            "on",
            "auto",
            "0.8",
            "10.0.0.5=0.8",
            "10.0.0.0/8=off,on",
            "9099",
            "[::1]:9099",
            "127.0.0.1:9099",
            "172.17.0.2-10.0.0.1",
            "172.17.0.2-10.0.0.1,172.17.0.3-10.0.0.2",
            "a,b",
            "a b",
            "upper",
            "nfqueue",
            "check",
            "status",
            "-1",
            "-p",
            "--",
            "=",
            "",
            "'x'",
            "\"q\"",
            "${user}",
            "@none",
            "ü");

    private static final Map<OptionSpec, List<String>> FITTING = new IdentityHashMap<>();

    private static final List<String> ODD = List.of(
            "-h",
            "--help",
            "-v",
            "check",
            "status",
            "chek",
            "--",
            "",
            "@none",
            "--no-such",
            "-",
            "-p1",
            "-dp",
            "--list-backends",
            "--plugin-path=/none",
            "--por",
            "-x=10.0.0.1",
            "--payload=false",
            "--payload=",
            "--port=");

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-d",
                "--backend=upper -b 127.0.0.1 -p 36524",
                "--backend upper --upper-lane 3 -l log",
                "--detached --log /tmp/log -d -P pid -x 192.0.2.1,",
                "-D 172.17.0.2-10.0.0.1,172.17.0.3-10.0.0.2 --combined=off --payload --generation 0.8",
                "--payload=10.0.0.1=on --single -n 8 --combined 10.0.0.0/8=off,on --any-target",
                "-p 1 --single",
                "--backend=ebpf --target-ports 8080,9090 -i eth0 --direction ingress --lanes 2 -x 192.0.2.1",
                "--backend ebpf --target-ports=1 --stop=replayed --hold-ms 0 --ring-bytes 65536 --gather-us=0",
                "--duration 60 --summary=run.json --end-with-tcpcopy --target-figures off"
            })
    void shouldNeedNoPicocli(String line) {
        assertTrue(PlainStart.of(words(line)).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-d --help",
                "check",
                "-p 36524 check --json",
                "selftest --requests 5",
                "@arguments",
                "-p 36524 @arguments",
                "-dp 36524",
                "-p 70000",
                "-p 1 -p 2",
                "-p",
                "-P pid",
                "--payload on",
                "--generation=10.0.0.1=0.8 --generation=0.9",
                "-D 10.0.0.1-10.0.0.2,10.0.0.1-10.0.0.3",
                "-c",
                "--backend=upper --lower-lane=1",
                "--plugin-path=/plugins",
                "--list-backends",
                "--no-such-option check",
                "chek"
            })
    void shouldLeaveToPicocliWhatIsNoPlainStart(String line) {
        assertFalse(PlainStart.of(words(line)).isPresent());
    }

    @Test
    void shouldUnderstandEveryLineAsPicocliDoes() throws IllegalAccessException {
        Random random = new Random(1);
        int plain = 0;
        for (int i = 0; i < LINES; i++) {
            String[] args = randomLine(random);
            Optional<InterceptCommand> command = PlainStart.of(() -> BACKENDS, args);
            if (command.isPresent()) {
                plain++;
                assertEquals(stateByPicocli(args), state(command.get()), String.join(" ", args));
            }
        }
        assertTrue(plain > LINES / 10, "plain starts: " + plain);
    }

    private static String[] randomLine(Random random) {
        List<String> words = new ArrayList<>();
        for (int count = random.nextInt(5); count > 0; count--) {
            OptionSpec option = OPTIONS.get(random.nextInt(OPTIONS.size()));
            String name = option.names()[random.nextInt(option.names().length)];
            String value = VALUES.get(random.nextInt(VALUES.size()));
            boolean isSwitch = option.arity().max() == 0;
            switch (random.nextInt(12)) {
                case 0 -> words.add(ODD.get(random.nextInt(ODD.size())));
                case 1 -> words.add(name);
                case 2, 3, 4 -> words.add(isSwitch ? name : name + "=" + value);
                default -> words.addAll(isSwitch ? List.of(name) : List.of(name, fitting(option, value, random)));
            }
        }
        return words.toArray(String[]::new);
    }

    /** One that the option takes, if there is one. */
    private static String fitting(OptionSpec option, String otherwise, Random random) {
        List<String> fitting = FITTING.computeIfAbsent(
                option,
                each -> VALUES.stream().filter(value -> takes(each, value)).toList());
        return fitting.isEmpty() ? otherwise : fitting.get(random.nextInt(fitting.size()));
    }

    private static boolean takes(OptionSpec option, String value) {
        try {
            return option.converters().length == 0 || option.converters()[0].convert(value) != null;
        } catch (Exception e) { // As the interface has it.
            return false;
        }
    }

    private static List<Object> stateByPicocli(String... args) throws IllegalAccessException {
        // Without subcommands: a file may have the name of one, as in "-l check".
        CommandLine commandLine = CommandLines.withoutSubcommands(BACKENDS, args);
        try {
            commandLine.parseArgs(args);
        } catch (ParameterException e) {
            return List.of(e.getMessage());
        }
        return state(commandLine.getCommand());
    }

    private static List<Object> state(InterceptCommand command) throws IllegalAccessException {
        List<Object> state = new ArrayList<>(List.of(command.sessions.translations, command.backendOptions.given()));
        command.sessions.translations = List.of(); // It becomes an object that equals no other.
        state.add(command.config());
        state.add(command.isPlainStart());
        for (Field field : RunOptions.class.getDeclaredFields()) {
            state.add(String.valueOf(field.get(command.run)));
        }
        return state;
    }
}
