package dev.intercept.pcap;

import dev.intercept.pcap.file.CaptureFile;
import dev.intercept.pcap.file.CaptureFormatException;
import dev.intercept.pcap.file.Frame;
import dev.intercept.pcap.file.State;
import dev.intercept.pcap.link.FrameDecoder;
import dev.intercept.pcap.link.FrameTally;
import dev.intercept.pcap.link.LinkLayers;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The IP packets of capture files that pass the filter, file after file, again and again if that is asked for.
 *
 * <p>Thread rule: one thread; any may {@link #interrupt} and read {@link #frames}.
 */
final class PacketReader implements AutoCloseable {

    /** So many frames that lead to no packet are looked at in one step, some milliseconds. */
    private static final int MAX_FRAMES_PER_STEP = 16_384;

    /** What a link type needs. */
    private record Link(FrameDecoder decoder, @Nullable FrameFilter filter) {}

    private final PcapSettings settings;
    private final FrameTally tally;
    private final Map<Integer, Link> links = new HashMap<>();
    private int linkType;
    private @Nullable Link link;
    private volatile @Nullable CaptureFile file;
    private volatile boolean interrupted;
    private int fileNumber = -1;
    private int round = 1;
    private boolean isAtPacket;
    private volatile long frames;
    private volatile long filtered;

    /** @throws BackendException BAD_CONFIGURATION when a file cannot be read or the filter does not parse */
    PacketReader(PcapSettings settings, FrameTally tally) throws BackendException {
        this.settings = settings;
        this.tally = tally;
        for (String name : settings.files()) {
            check(name);
        }
    }

    /** What can be said before anything is read of a stream, is. */
    private void check(String name) throws BackendException {
        if (PcapSettings.isStream(name)) {
            checkSyntax();
            return;
        }
        try (CaptureFile checked = CaptureFile.open(name)) {
            OptionalInt declared = checked.readHeader(PcapSettings.FIRST_BYTES_TIMEOUT_MS);
            if (declared.isPresent() && !LinkLayers.isKnown(declared.getAsInt())) {
                throw unknownLink(name, declared.getAsInt());
            }
            if (declared.isPresent()) {
                linkOf(declared.getAsInt());
            } else {
                checkSyntax();
            }
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private void checkSyntax() throws BackendException {
        if (!settings.filter().isEmpty()) {
            FilterChecks.refuseSyntaxError(settings.filter());
        }
    }

    private static BackendException unknownLink(String name, int linkType) {
        return new BackendException(
                Kind.BAD_CONFIGURATION,
                PcapOptions.READ + " " + name + ": its link type " + linkType + " is not understood; understood are "
                        + LinkLayers.SUPPORTED);
    }

    /**
     * Steps to the next packet, unless the last was not yet {@linkplain #done}.
     *
     * @param timeoutMs longest wait for a stream's next bytes
     * @return WAIT also when many frames were no packet: call again
     */
    State next(int timeoutMs) throws BackendException {
        if (isAtPacket) {
            return State.FRAME;
        }
        try {
            for (int n = 0; n < MAX_FRAMES_PER_STEP && !interrupted; n++) {
                CaptureFile open = file;
                State state = open == null ? State.END : open.next(timeoutMs);
                if (state == State.WAIT || state == State.END && !openNext()) {
                    return state;
                }
                if (open != null && state == State.FRAME && isPacket(open)) {
                    isAtPacket = true;
                    return state;
                }
            }
            return interrupted ? State.END : State.WAIT;
        } catch (IOException e) {
            if (interrupted) {
                return State.END;
            }
            throw unreadable(settings.files().get(fileNumber), e);
        }
    }

    private boolean openNext() throws IOException {
        close();
        if (++fileNumber == settings.files().size()) {
            if (settings.rounds() == round) {
                fileNumber--;
                return false;
            }
            round++;
            fileNumber = 0;
        }
        file = CaptureFile.open(settings.files().get(fileNumber));
        return true;
    }

    private boolean isPacket(CaptureFile file) throws BackendException {
        Frame frame = file.frame();
        frames = frames + 1;
        Link known = link;
        if (known == null || frame.linkType() != linkType) {
            known = linkOf(frame.linkType());
            link = known;
            linkType = frame.linkType();
        }
        ByteBuffer bytes = file.bytes();
        boolean passes = known.filter == null
                || known.filter.passes(bytes, file.start(), frame.capturedBytes(), frame.wireBytes());
        boolean isPacket = passes && known.decoder.decode(bytes, file.start(), file.end());
        if (!passes) {
            filtered = filtered + 1;
        }
        if (!isPacket) {
            file.done();
        }
        return isPacket;
    }

    private Link linkOf(int type) throws BackendException {
        Link known = links.get(type);
        if (known == null) {
            boolean hasFilter = !settings.filter().isEmpty() && LinkLayers.isKnown(type);
            known = new Link(
                    new FrameDecoder(type, settings.tunnels(), tally),
                    hasFilter ? FrameFilter.compile(settings.filter(), type) : null);
            links.put(type, known);
        }
        return known;
    }

    private BackendException unreadable(String name, IOException e) {
        String place = e instanceof CaptureFormatException format && format.offset() > 0
                ? "at byte " + format.offset() + " "
                : "";
        String read = frames > 0 ? "; the " + frames + " frames before that were read" : "";
        return new BackendException(
                Kind.BAD_CONFIGURATION, PcapOptions.READ + " " + name + ": " + place + e.getMessage() + read, e);
    }

    /** The packet was handed on: {@link #next} goes on behind it. */
    void done() {
        isAtPacket = false;
        if (file != null) { // The one who looked may have closed it.
            file.done();
        }
    }

    private CaptureFile atPacket() {
        return Objects.requireNonNull(file, "asked for a packet only after next() came to one");
    }

    /** The packet, from position to limit. */
    ByteBuffer packet() {
        return atPacket().bytes();
    }

    /** The packet's length on the wire, captured or not, with what may follow it in the frame. */
    int wireBytes() {
        return atPacket().frame().wireBytes()
                - (atPacket().bytes().position() - atPacket().start());
    }

    long timestampUs() {
        return atPacket().frame().timestampUs();
    }

    /** Frames read, in all files and rounds. */
    long frames() {
        return frames;
    }

    /** Frames that did not pass the filter. */
    long filtered() {
        return filtered;
    }

    /** Ends a wait for a stream's next bytes, and every later one. Any thread. */
    void interrupt() {
        interrupted = true;
        CaptureFile open = file;
        if (open != null) {
            open.close();
        }
    }

    /** Closes the file it reads. */
    @Override
    public void close() {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Frees the filters; nothing may be read any more. */
    void free() {
        close();
        links.values().stream().filter(each -> each.filter != null).forEach(each -> each.filter.close());
        links.clear();
    }
}
