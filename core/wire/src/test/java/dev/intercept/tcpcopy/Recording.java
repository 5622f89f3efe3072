package dev.intercept.tcpcopy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** One recorded run of an original client and server: see wire/README.md among the test resources. */
public final class Recording {

    /** What happened, in the kernel's order. */
    public record Event(String kind, int tunnel, int offset, int length) {}

    private static final int PCAP_HEADER_BYTES = 24;
    private static final int PCAP_RECORD_HEADER_BYTES = 16;
    private static final int CAPTURED_BYTES_OFFSET = 8;

    public final String name;
    public final int messageBytes;
    public final boolean combined;
    public final ProtocolOptions options;
    public final List<Event> events = new ArrayList<>();
    public final List<ByteBuffer> responses = new ArrayList<>();
    public final List<byte[]> fromClient = new ArrayList<>();
    public final List<byte[]> fromServer = new ArrayList<>();

    public Recording(String name) {
        this.name = name;
        List<String> meta = text("meta").lines().toList();
        messageBytes = Integer.parseInt(value(meta, "frame"));
        combined = value(meta, "combined").equals("1");
        options = options(value(meta, "options"));
        text("events.tsv").lines().filter(line -> !line.startsWith("#")).forEach(this::addEvent);
        readPcap(ByteBuffer.wrap(bytes("responses.pcap")).order(ByteOrder.LITTLE_ENDIAN));
        int tunnels = 1 + events.stream().mapToInt(Event::tunnel).max().orElse(-1);
        for (int tunnel = 0; tunnel < tunnels; tunnel++) {
            fromClient.add(bytes("tunnel.c" + tunnel + ".c2s.bin"));
            fromServer.add(bytes("tunnel.c" + tunnel + ".s2c.bin"));
        }
    }

    /** All that there are. */
    public static List<String> names() {
        return List.of(
                "0.6.5",
                "0.7.0",
                "0.8.0",
                "0.9.0",
                "0.9.10",
                "0.9.10-nocomb",
                "1.x-nfq",
                "1.x-nfq-nocomb",
                "1.x-pcap",
                "1.x-payload",
                "1.x-single");
    }

    public int tunnels() {
        return fromClient.size();
    }

    /** The messages of a server's stream, in hexadecimal; every batch must be whole and within the limit. */
    public List<String> messages(byte[] stream, int batchLimit) {
        List<String> messages = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(stream);
        while (in.hasRemaining()) {
            int count = combined ? in.getShort() : 1;
            if (count > batchLimit) {
                throw new AssertionError("a batch of " + count + " where " + batchLimit + " is the most");
            }
            for (int i = 0; i < count; i++) {
                byte[] message = new byte[messageBytes];
                in.get(message);
                messages.add(HexFormat.of().formatHex(message));
            }
        }
        return messages;
    }

    private void addEvent(String line) {
        String[] column = line.split("\t");
        int tunnel = column[2].equals("-") ? -1 : Integer.parseInt(column[2]);
        events.add(new Event(column[1], tunnel, Integer.parseInt(column[3]), Integer.parseInt(column[4])));
    }

    private void readPcap(ByteBuffer file) {
        int at = PCAP_HEADER_BYTES;
        while (at < file.limit()) {
            int bytes = file.getInt(at + CAPTURED_BYTES_OFFSET);
            responses.add(file.slice(at + PCAP_RECORD_HEADER_BYTES, bytes));
            at += PCAP_RECORD_HEADER_BYTES + bytes;
        }
    }

    private static ProtocolOptions options(String line) {
        ProtocolOptions.Combined combined =
                line.contains("--combined=off") ? ProtocolOptions.Combined.OFF : ProtocolOptions.Combined.AUTO;
        Optional<Generation> forced = line.startsWith("--generation=")
                ? Generation.named(line.substring("--generation=".length()))
                : Optional.empty();
        return new ProtocolOptions(combined, line.contains("--payload"), line.contains("--single"), forced);
    }

    private static String value(List<String> meta, String key) {
        return meta.stream()
                .filter(line -> line.startsWith(key + "="))
                .findFirst()
                .orElseThrow()
                .substring(key.length() + 1);
    }

    private String text(String file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String file) {
        String path = "/wire/" + name + "/" + file;
        try (InputStream in = Recording.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no test resource " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
