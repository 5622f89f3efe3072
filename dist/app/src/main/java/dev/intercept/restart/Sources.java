package dev.intercept.restart;

import dev.intercept.spi.HeldSource;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/** Packet sources that are held, as a {@link Baton} has them: without the numbers of their descriptors. */
record Sources(List<Entry> entries) {

    private static final Logger LOG = System.getLogger(Sources.class.getName());

    private record Entry(String settings, String state, int descriptors) {}

    static void write(List<HeldSource> sources, DataOutput out) throws IOException {
        out.writeInt(sources.size());
        for (HeldSource source : sources) {
            out.writeUTF(source.settings());
            out.writeUTF(source.state());
            out.writeInt(source.descriptors().size());
        }
    }

    static Sources read(DataInput in) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            entries.add(new Entry(in.readUTF(), in.readUTF(), in.readInt()));
        }
        return new Sources(entries);
    }

    /** How many all have. */
    int descriptors() {
        return entries.stream().mapToInt(Entry::descriptors).sum();
    }

    /**
     * Those of which all came through: the rest is closed, and its source opened anew.
     *
     * @param numbers of all, in order; {@link Descriptors#MISSING} for what did not
     */
    List<HeldSource> with(List<Integer> numbers) {
        List<HeldSource> sources = new ArrayList<>();
        int from = 0;
        for (Entry entry : entries) {
            int end = from + entry.descriptors;
            List<Integer> own = numbers.subList(from, end);
            if (own.contains(Descriptors.MISSING)) {
                LOG.log(
                        Level.WARNING,
                        "the packet source was not kept, what came meanwhile is lost: " + entry.settings);
                Descriptors.close(own.stream()
                        .filter(number -> number != Descriptors.MISSING)
                        .toList());
            } else {
                sources.add(new HeldSource(entry.settings, own, entry.state));
            }
            from = end;
        }
        return sources;
    }
}
