package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Streams of random bytes and random records in random pieces; the seeds are fixed. */
class ClientDecoderFuzzTest {

    private static final int STREAMS = 20_000;

    @Test
    void shouldReadTheSameRecordsHoweverTheyAreSplit() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < STREAMS / 10; i++) {
            for (Generation generation : Generation.all()) {
                List<String> written = new ArrayList<>();
                byte[] stream = records(generation, random, written);
                RecordLog log = new RecordLog();
                decodeInPieces(decoder(generation), stream, random, log);
                assertEquals(written, log.lines);
            }
        }
    }

    @Test
    void shouldReadWhatIsWholeOfATruncatedStream() throws Exception {
        Random random = new Random(2);
        for (Generation generation : Generation.all()) {
            List<String> written = new ArrayList<>();
            byte[] stream = records(generation, random, written);
            for (int bytes = 0; bytes <= stream.length; bytes++) {
                RecordLog log = new RecordLog();
                ClientDecoder decoder = decoder(generation);
                decoder.decode(ByteBuffer.wrap(stream, 0, bytes), log);
                int whole = bytes / generation.recordBytes();
                int opened = generation.opens() || whole == 0 ? 0 : 1;
                assertEquals(written.subList(0, whole + opened), log.lines);
                assertEquals(bytes % generation.recordBytes() != 0, decoder.midRecord());
            }
        }
    }

    @Test
    void shouldRefuseOrReadRandomBytesTheSameWayHoweverTheyAreSplit() {
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < STREAMS; i++) {
            byte[] stream = new byte[random.nextInt(60)];
            random.nextBytes(stream);
            if (random.nextBoolean() && stream.length >= 8) {
                makePlausible(stream, random);
            }
            String atOnce = outcome(stream, null);
            assertEquals(atOnce, outcome(stream, random));
            refused += atOnce.contains("is of no known tcpcopy") ? 1 : 0;
        }
        assertTrue(refused > STREAMS / 4 && refused < STREAMS * 3 / 4, refused + " refused");
    }

    /** Most random bytes are refused by their eighth; these get further. */
    private static void makePlausible(byte[] stream, Random random) {
        if (random.nextBoolean()) {
            Arrays.fill(stream, 0, 6, (byte) 0);
            stream[6] = (byte) (random.nextBoolean() ? 0x80 : 0);
            stream[7] = (byte) random.nextInt(9);
        } else {
            stream[6] = (byte) random.nextInt(3);
            stream[7] = (byte) random.nextInt(3);
        }
    }

    /** What came of it, in one text: all records, or the refusal. */
    private static String outcome(byte[] stream, Random random) {
        RecordLog log = new RecordLog();
        try {
            ClientDecoder decoder = new ClientDecoder(ProtocolOptions.DEFAULTS);
            if (random == null) {
                decoder.decode(ByteBuffer.wrap(stream), log);
            } else {
                decodeInPieces(decoder, stream, random, log);
            }
        } catch (ProtocolException e) {
            log.lines.add(e.getMessage());
        }
        return String.join("\n", log.lines);
    }

    private static void decodeInPieces(ClientDecoder decoder, byte[] stream, Random random, RecordLog log)
            throws ProtocolException {
        int most = 1 + random.nextInt(40);
        for (int at = 0; at < stream.length; ) {
            int bytes = Math.min(random.nextInt(most + 1), stream.length - at);
            ByteBuffer piece = ByteBuffer.wrap(stream, at, bytes);
            decoder.decode(piece, log);
            assertEquals(0, piece.remaining());
            at += bytes;
        }
    }

    private static byte[] records(Generation generation, Random random, List<String> written) {
        ByteBuffer out = ByteBuffer.allocate(1024);
        written.add("opened " + generation);
        generation.encodeOpening(out);
        for (int left = 1 + random.nextInt(20); left > 0; left--) {
            int client = random.nextInt() | 1;
            int clientPort = random.nextInt(1 << 16);
            int target = random.nextInt();
            int targetPort = random.nextInt(1 << 16);
            boolean add = random.nextInt(4) > 0;
            if (add) {
                generation.encodeAdd(out, client, clientPort, target, targetPort);
            } else {
                generation.encodeDelete(out, client, clientPort, target, targetPort);
            }
            boolean named = generation.recordBytes() == 14;
            written.add(RecordLog.line(
                    add ? "add" : "delete", client, clientPort, named ? target : 0, named ? targetPort : 0));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static ClientDecoder decoder(Generation generation) {
        return new ClientDecoder(
                new ProtocolOptions(ProtocolOptions.Combined.AUTO, false, false, Optional.of(generation)));
    }
}
