package dev.intercept.restart;

import dev.intercept.Arrival;
import dev.intercept.Departure;
import dev.intercept.server.Inheritance;
import dev.intercept.server.Legacy;
import dev.intercept.spi.HeldSource;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is handed from process to process, in memory of the kernel's that has a descriptor, memfd_create(2). Big-endian.
 *
 * <pre>
 *    0   mark (4)                              the same in every version
 *    4   version (4)
 *    8   count n of descriptors (4)
 *   12   descriptors (4 each)                  who asked for the restart, -1 for nobody, the listening socket, the tunnels,
 *                                             packet sources that are held
 *   then, of version 4:
 *        what is open in each of them (UTF)    by which it is found where it has got another number
 *        moment at which capture ended (8)     System.nanoTime(), of which Linux has one for all processes
 *        sources that are held (4), and of each what it is (UTF), its state (UTF), count of its descriptors (4)
 *        a peer for each tunnel                bytes of the address (1), address, port (2)
 *        what {@link Legacy.State} writes
 * </pre>
 *
 * @param asking the connection of who asked, to be answered
 * @param leftNs when capture ended
 */
public record Baton(Arrival arrival, Optional<SocketChannel> asking, long leftNs) {

    private static final int MARK = 0x49435054;

    /** To be raised with each change of what is behind the descriptors, that of the session table and the tunnels too. */
    static final int VERSION = 4;

    /** Of those who asked and of the listening socket. */
    private static final int OTHERS = 2;

    /** What a process of another version left; its sockets are closed. */
    public static final class OtherVersionException extends IOException {
        private static final long serialVersionUID = 1;

        OtherVersionException(int version) {
            super("the process before left its state in version " + version + ", this program reads version "
                    + VERSION);
        }
    }

    /** How old what was left may be. */
    @FunctionalInterface
    interface Age {

        Age ANY = leftNs -> {};

        /** @throws IOException when that is too long ago */
        void check(long leftNs) throws IOException;
    }

    /** Writes it to {@code memory}. @return the descriptors that the next process needs, that of the memory aside */
    static List<Integer> write(int memory, Departure departure, Optional<SocketChannel> asking) throws IOException {
        Legacy legacy = departure.legacy();
        List<Integer> descriptors = new ArrayList<>();
        descriptors.add(asking.isPresent() ? Descriptors.of(asking.get()) : Descriptors.NONE);
        descriptors.add(Descriptors.of(legacy.listener()));
        for (SocketChannel tunnel : legacy.tunnels()) {
            descriptors.add(Descriptors.of(tunnel));
        }
        departure.sources().forEach(source -> descriptors.addAll(source.descriptors()));
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(Descriptors.path(memory))))) {
            out.writeInt(MARK);
            out.writeInt(VERSION);
            out.writeInt(descriptors.size());
            for (int descriptor : descriptors) {
                out.writeInt(descriptor);
            }
            for (int descriptor : descriptors) {
                out.writeUTF(Descriptors.file(descriptor));
            }
            out.writeLong(System.nanoTime());
            Sources.write(departure.sources(), out);
            for (SocketChannel tunnel : legacy.tunnels()) {
                InetSocketAddress peer = (InetSocketAddress) tunnel.getRemoteAddress();
                byte[] address = peer.getAddress().getAddress();
                out.writeByte(address.length);
                out.write(address);
                out.writeShort(peer.getPort());
            }
            legacy.state().writeTo(out);
        }
        return descriptors;
    }

    /**
     * Reads it and closes the memory once all is read that is not left to {@link Inheritance#state}. When it cannot, all descriptors are
     * closed.
     *
     * @param places the numbers that they have now, by {@link Descriptors#file}; empty where they kept theirs
     * @param age how old it may be
     * @throws OtherVersionException when its sockets had to be closed
     */
    static Baton read(int memory, Map<String, Integer> places, Age age) throws IOException {
        DataInputStream in =
                new DataInputStream(new BufferedInputStream(new FileInputStream(Descriptors.path(memory))));
        Descriptors.close(List.of(memory));
        List<Integer> descriptors = new ArrayList<>(places.values());
        try {
            if (in.readInt() != MARK) {
                throw new IOException("there is something else in descriptor " + memory);
            }
            int version = in.readInt();
            List<Integer> numbers = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                numbers.add(in.readInt());
            }
            descriptors.addAll(places.isEmpty() ? numbers : List.of());
            if (version != VERSION) {
                throw new OtherVersionException(version);
            }
            List<String> files = new ArrayList<>();
            for (int number : numbers) {
                files.add(in.readUTF());
            }
            return read(in, files, places.isEmpty() ? numbers : found(files, places), age);
        } catch (IOException e) {
            Descriptors.close(descriptors);
            throw e;
        }
    }

    private static List<Integer> found(List<String> files, Map<String, Integer> places) {
        return files.stream()
                .map(file -> file.isEmpty() ? Descriptors.NONE : places.getOrDefault(file, Descriptors.MISSING))
                .toList();
    }

    private static Baton read(DataInputStream in, List<String> files, List<Integer> descriptors, Age age)
            throws IOException {
        long leftNs = in.readLong();
        age.check(leftNs);
        Sources held = Sources.read(in);
        int firstSource = descriptors.size() - held.descriptors();
        int missing = descriptors.subList(0, firstSource).indexOf(Descriptors.MISSING);
        if (missing >= 0) {
            throw new IOException("of what the process before left, " + files.get(missing)
                    + " was not kept; raise FileDescriptorStoreMax");
        }
        List<HeldSource> sources = held.with(descriptors.subList(firstSource, descriptors.size()));
        List<SocketChannel> tunnels = new ArrayList<>();
        for (int tunnel : descriptors.subList(OTHERS, firstSource)) {
            byte[] address = new byte[in.readUnsignedByte()];
            in.readFully(address);
            InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
            SocketChannel channel = Descriptors.socket(tunnel, StandardProtocolFamily.INET, peer);
            channel.configureBlocking(false);
            tunnels.add(channel);
        }
        Optional<SocketChannel> asking = descriptors.get(0) == Descriptors.NONE
                ? Optional.empty()
                : Optional.of(Descriptors.socket(
                        descriptors.get(0), StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of("")));
        Inheritance inheritance = new Inheritance(Descriptors.listener(descriptors.get(1)), tunnels, in);
        return new Baton(new Arrival(inheritance, sources), asking, leftNs);
    }

    /** Once the start is done: what it did not go on with. */
    public void closeUseless() {
        Descriptors.close(arrival.sources().stream()
                .filter(source -> !source.isTaken())
                .flatMap(source -> source.descriptors().stream())
                .toList());
    }
}
