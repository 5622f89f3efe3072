package dev.intercept.pcap.file;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;

/** Opens what a user names as a capture file. */
final class ByteSources {

    private ByteSources() {}

    /**
     * @param name a path of a file or a pipe, or {@link CaptureFile#STANDARD_INPUT}
     * @throws IOException when it cannot be opened; of a pipe only a read shows that
     */
    static ByteSource open(String name) throws IOException {
        if (name.equals(CaptureFile.STANDARD_INPUT)) {
            return new PumpedSource(name, () -> unpacked(standardInput()));
        }
        Path path = Path.of(name);
        if (Files.isDirectory(path)) {
            throw new IOException("is a directory: name the files in it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            return new PumpedSource(name, () -> unpacked(Channels.newInputStream(FileChannel.open(path))));
        }
        try {
            return ofRegularFile(name, path);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no such file", e);
        }
    }

    private static ByteSource ofRegularFile(String name, Path path) throws IOException {
        Compression compression;
        try (InputStream in = Files.newInputStream(path)) {
            compression = Compression.of(HexFormat.of().formatHex(in.readNBytes(Compression.MAGIC_BYTES)));
        }
        if (!compression.isSupported()) {
            throw compression.unsupported();
        }
        return compression == Compression.NONE
                ? new ChannelSource(FileChannel.open(path))
                : new PumpedSource(name, () -> compression.unpacked(Files.newInputStream(path)));
    }

    /** Through a channel, because a read of it can be interrupted. */
    private static InputStream standardInput() {
        return Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel());
    }

    private static InputStream unpacked(InputStream in) throws IOException {
        PushbackInputStream pushback = new PushbackInputStream(in, Compression.MAGIC_BYTES);
        byte[] magic = pushback.readNBytes(Compression.MAGIC_BYTES);
        pushback.unread(magic);
        return Compression.of(HexFormat.of().formatHex(magic)).unpacked(pushback);
    }
}
