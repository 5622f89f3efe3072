package com.example.hexfile;

import dev.intercept.spi.PacketInjector;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/** Appends packets to a new file, from which an open backend reads them; the file is gone with it. */
final class HexFileInjector implements PacketInjector {

    private final Path file;
    private final BufferedWriter out;

    HexFileInjector(Path file) throws IOException {
        this.file = file;
        this.out = Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void inject(ByteBuffer packet) throws IOException {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        out.write(HexFormat.of().formatHex(bytes));
        out.newLine();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.delete(file);
    }
}
