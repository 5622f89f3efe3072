package dev.intercept.cli;

import dev.intercept.capture.BackendRegistry;
import dev.intercept.spi.BackendOption;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;

/**
 * Reads the command line of a start without picocli, whose model of all options takes longer to make than anything else that
 * a start does. It understands options of a start, each once, in words of their own or with an equals sign, with values that
 * are right. Whatever else a command line has is left to picocli: subcommands, help, mistakes.
 */
final class PlainStart {

    /** Beside this class, made by {@link StartOptionTable}. */
    static final String TABLE = "start-options.tsv";

    private static final int COLUMNS = 7;

    /** One option as declared. What follows the field is empty where there is none; {@code fallback} stands for no value. */
    private record Declared(
            String owner, String field, String converter, String split, String fallback, String defaultValue) {}

    private final Map<String, Declared> declared = new HashMap<>();
    private final Map<String, BackendOption> ofBackends = new HashMap<>();
    private final Map<String, Object> owners;
    private final InterceptCommand command;

    private PlainStart(InterceptCommand command) {
        this.command = command;
        owners = Map.of(
                "ListenOptions", command.listen,
                "SessionOptions", command.sessions,
                "ProtocolFlags", command.protocol,
                "CaptureOptions", command.capture,
                "RunOptions", command.run);
    }

    /** The command with its options set, ready to start; empty when this command line is one for picocli. */
    static Optional<InterceptCommand> of(String... args) {
        return of(Arguments.typed(args));
    }

    static Optional<InterceptCommand> of(Supplier<BackendRegistry> registry, String... args) {
        return of(registry, Arguments.typed(args));
    }

    static Optional<InterceptCommand> of(Arguments arguments) {
        return of(() -> BackendRegistry.load(new CaptureOptions().allPluginDirectories()), arguments);
    }

    private static Optional<InterceptCommand> of(Supplier<BackendRegistry> registry, Arguments arguments) {
        String[] args = arguments.array();
        if (!isLikely(args)) {
            return Optional.empty();
        }
        InterceptCommand command = new InterceptCommand(registry.get(), arguments);
        try {
            boolean isPlain = new PlainStart(command).read(args) && command.isPlainStart();
            return isPlain ? Optional.of(command) : Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the table of options is not of this build", e);
        } catch (RuntimeException e) {
            return Optional.empty(); // A value that is wrong: picocli meets it too, and reports it.
        }
    }

    /** Before any backend is loaded: nothing that means something else to picocli, no further backends. */
    private static boolean isLikely(String... args) {
        for (String arg : args) {
            boolean isSpecial = arg.isEmpty() || arg.startsWith("@") || arg.contains("\"") || arg.contains("${");
            if (isSpecial || arg.startsWith("--plugin-path")) {
                return false;
            }
        }
        return args.length == 0 || args[0].startsWith("-");
    }

    private boolean read(String... args) throws ReflectiveOperationException {
        Set<Object> given = new HashSet<>();
        if (!declare()) {
            return false;
        }
        for (int i = 0; i < args.length; i++) {
            int equalsSign = args[i].startsWith("-") ? args[i].indexOf('=') : -1;
            String name = equalsSign < 0 ? args[i] : args[i].substring(0, equalsSign);
            String value = equalsSign < 0 ? "" : args[i].substring(equalsSign + 1);
            boolean takesValue = takesValue(name);
            if (takesValue && equalsSign < 0) {
                value = valueAt(args, ++i, fallback(name));
                i -= fallback(name).isEmpty() ? 0 : 1;
            }
            boolean isOdd = takesValue ? value.isEmpty() || value.startsWith("-") : equalsSign >= 0;
            if (isOdd || !given.add(option(name))) {
                return false;
            }
            set(name, value);
        }
        return true;
    }

    /** Fills the tables and sets the defaults; false when two options share a name, which picocli's side reports. */
    private boolean declare() throws ReflectiveOperationException {
        for (String line : table().split("\n")) {
            String[] columns = line.split("\t", COLUMNS);
            Declared option = new Declared(columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]);
            for (String name : columns[0].split(" ")) {
                declared.put(name, option);
            }
            if (!option.defaultValue.isEmpty()) {
                set(option, option.defaultValue);
            }
        }
        for (BackendOption option : command.backendOptions.options()) {
            for (String name : option.names()) {
                if (declared.containsKey(name) || ofBackends.put(name, option) != null) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String table() {
        try (InputStream in = PlainStart.class.getResourceAsStream(TABLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException when there is no such option, or it is one that asks for help */
    private Object option(String name) {
        Declared own = declared.get(name);
        Object option = own != null && owners.containsKey(own.owner) ? own : ofBackends.get(name);
        if (option == null) {
            throw new IllegalArgumentException(name);
        }
        return option;
    }

    /** Empty, which is left to picocli, where there is none, and where a word might be the value or not. */
    private static String valueAt(String[] args, int at, String fallback) {
        if (fallback.isEmpty()) {
            return at < args.length ? args[at] : "";
        }
        return at < args.length && !args[at].startsWith("-") ? "" : fallback;
    }

    private String fallback(String name) {
        return option(name) instanceof Declared own ? own.fallback : "";
    }

    private boolean takesValue(String name) throws ReflectiveOperationException {
        return option(name) instanceof Declared own
                ? field(own).getType() != boolean.class
                : !ofBackend(name).isSwitch();
    }

    private void set(String name, String value) throws ReflectiveOperationException {
        if (option(name) instanceof Declared own) {
            set(own, value);
        } else {
            command.backendOptions.take(ofBackend(name), value);
        }
    }

    private void set(Declared option, String value) throws ReflectiveOperationException {
        Field field = field(option);
        if (field.getType() == boolean.class) {
            field.setBoolean(owner(option), true);
        } else if (option.split.isEmpty()) {
            field.set(owner(option), converted(option, field.getType(), value));
        } else {
            List<Object> list = new ArrayList<>();
            for (String part : value.split(option.split)) {
                list.add(converted(option, String.class, part));
            }
            field.set(owner(option), list);
        }
    }

    private BackendOption ofBackend(String name) {
        return Objects.requireNonNull(ofBackends.get(name), name);
    }

    private Object owner(Declared option) {
        return Objects.requireNonNull(owners.get(option.owner), option.owner);
    }

    private Field field(Declared option) throws NoSuchFieldException {
        return owner(option).getClass().getDeclaredField(option.field);
    }

    private static Object converted(Declared option, Class<?> type, String value) throws ReflectiveOperationException {
        if (option.converter.isEmpty()) {
            return type == Path.class ? Path.of(value) : value;
        }
        Constructor<?> constructor = Class.forName(option.converter).getDeclaredConstructor();
        ITypeConverter<?> converter = (ITypeConverter<?>) constructor.newInstance();
        try {
            return converter.convert(value);
        } catch (Exception e) { // As the interface has it.
            throw new IllegalArgumentException(value, e);
        }
    }
}
