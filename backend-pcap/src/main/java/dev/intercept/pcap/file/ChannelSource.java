package dev.intercept.pcap.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A regular file: its bytes are there or never will be. */
final class ChannelSource implements ByteSource {

    private final FileChannel channel;

    ChannelSource(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer buffer, int timeoutMs) throws IOException {
        return channel.read(buffer);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
