package dev.intercept.restart;

import dev.intercept.spi.HeldSource;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Packet sources that are held, as a {@link Baton} has them: without the numbers of their descriptors. */
record Sources(List<Entry> entries) {

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

    /** @param numbers of all, in order */
    List<HeldSource> with(List<Integer> numbers) {
        List<HeldSource> sources = new ArrayList<>();
        int from = 0;
        for (Entry entry : entries) {
            int end = from + entry.descriptors;
            sources.add(new HeldSource(entry.settings, numbers.subList(from, end), entry.state));
            from = end;
        }
        return sources;
    }
}
