package dev.intercept.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A packet source that stays open while the program of its process is started anew, so that the kernel keeps packets for it meanwhile.
 *
 * <p>Thread rule: one thread at a time.
 *
 * @since 2, added later
 */
public final class HeldSource {

    private final String settings;
    private final List<Integer> descriptors;
    private final String state;
    private boolean isTaken;

    /**
     * @param settings what the source is and how it was opened; another one that says the same goes on with it
     * @param descriptor number of the open file
     */
    public HeldSource(String settings, int descriptor) {
        this(settings, List.of(descriptor), "");
    }

    /**
     * @param descriptors numbers of the open files, one or more, in an order that the next one knows
     * @param state what else the next one needs, at most 20,000 characters
     */
    public HeldSource(String settings, List<Integer> descriptors, String state) {
        this.settings = settings;
        this.descriptors = List.copyOf(descriptors);
        this.state = state;
    }

    /** The first of {@code held} that has these settings and that nobody has taken. */
    public static Optional<HeldSource> find(List<HeldSource> held, String settings) {
        return held.stream()
                .filter(source -> !source.isTaken && source.settings.equals(settings))
                .findFirst();
    }

    /** Takes those that have none of these settings, to have them closed. */
    public static void closeOthers(List<HeldSource> held, Set<String> settings, IntConsumer close) {
        for (HeldSource source : held) {
            if (!source.isTaken && !settings.contains(source.settings)) {
                source.take();
                source.descriptors.forEach(close::accept);
            }
        }
    }

    public String settings() {
        return settings;
    }

    /** The first. */
    public int descriptor() {
        return descriptors.get(0);
    }

    public List<Integer> descriptors() {
        return descriptors;
    }

    public String state() {
        return state;
    }

    /** From now on the one who called this closes all descriptors. @return the first */
    public int take() {
        isTaken = true;
        return descriptor();
    }

    public boolean isTaken() {
        return isTaken;
    }
}
