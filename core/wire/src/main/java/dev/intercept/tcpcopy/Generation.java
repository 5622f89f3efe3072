package dev.intercept.tcpcopy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One generation of the tunnel protocol: what its clients send and what they must be sent. Immutable; one object each.
 *
 * <p>A generation is chosen once per tunnel, and everything that differs between generations is asked of the chosen object.
 */
public final class Generation {

    private static final RecordLayout LITTLE_ENDIAN_TYPE =
            new RecordLayout(RecordLayout.SHORT_BYTES, ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN);
    private static final RecordLayout REVERSED_FIELDS =
            new RecordLayout(RecordLayout.SHORT_BYTES, ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    private static final RecordLayout REVERSED_WITH_TARGET =
            new RecordLayout(RecordLayout.LONG_BYTES, ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    private static final RecordLayout NETWORK_ORDER_WITH_TARGET =
            new RecordLayout(RecordLayout.LONG_BYTES, ByteOrder.BIG_ENDIAN, ByteOrder.BIG_ENDIAN);

    private static final HeaderRewriting NO_OPTIONS = new NoOptions();
    private static final HeaderRewriting WINDOW_SCALE_ONLY = new WindowScaleOnly();
    private static final HeaderRewriting ALL_OPTIONS = new KeepOptions(40);
    private static final HeaderRewriting OPTIONS_UP_TO_24 = new KeepOptions(24);

    private static final boolean HONOURS_DELETE = true;
    private static final boolean IGNORES_DELETE = false;

    private static final int NO_BATCHES = 0;
    private static final int BATCHES_OF_ONE = 1;
    private static final int NO_OPENING = 0;

    /** 0.1 to 0.6.8. */
    public static final Generation V0_6 =
            new Generation("0.6", "0.1 to 0.6", NO_OPENING, LITTLE_ENDIAN_TYPE, NO_OPTIONS, NO_BATCHES, HONOURS_DELETE);

    /** 0.7.0. Its records look like those of 0.8 and 0.9.0. */
    public static final Generation V0_7 =
            new Generation("0.7", "0.7", NO_OPENING, REVERSED_FIELDS, NO_OPTIONS, NO_BATCHES, HONOURS_DELETE);

    /** 0.8.0, and 0.9.0 as it was before 2013-07-31. */
    public static final Generation V0_8 =
            new Generation("0.8", "0.8", NO_OPENING, REVERSED_FIELDS, WINDOW_SCALE_ONLY, 20, IGNORES_DELETE);

    /** 0.9.0. */
    public static final Generation V0_9 =
            new Generation("0.9", "0.9.0", NO_OPENING, REVERSED_FIELDS, ALL_OPTIONS, 20, IGNORES_DELETE);

    /** 0.9.1 to 0.9.5 before 2013-09-30: opening record of version 3. */
    public static final Generation OPENING_3 =
            new Generation("3", "0.9.1 to 0.9.5", 3, REVERSED_WITH_TARGET, ALL_OPTIONS, 20, IGNORES_DELETE);

    /** 0.9.5 to 0.9.7: opening record of version 4. */
    public static final Generation OPENING_4 =
            new Generation("4", "0.9.5 to 0.9.7", 4, NETWORK_ORDER_WITH_TARGET, ALL_OPTIONS, 20, IGNORES_DELETE);

    /** 0.9.8 to 0.9.10: opening record of version 5. */
    public static final Generation OPENING_5 =
            new Generation("5", "0.9.8 to 0.9.10", 5, NETWORK_ORDER_WITH_TARGET, ALL_OPTIONS, 16, IGNORES_DELETE);

    /** 1.0 and later: opening record of version 6. */
    public static final Generation V1 =
            new Generation("1.x", "1.0 and later", 6, NETWORK_ORDER_WITH_TARGET, OPTIONS_UP_TO_24, 16, IGNORES_DELETE);

    /**
     * 0.8.0 and 0.9.0 alike, where nothing shows which of the two a client is. A message is a batch of one in 80 bytes; a client
     * 0.8.0 takes the last 20, which are zeros, for ten empty batches. Not among {@link #all}: no user names it.
     */
    public static final Generation V0_8_OR_V0_9 = new Generation(
            "0.8 or 0.9",
            "0.8 or 0.9.0",
            NO_OPENING,
            REVERSED_FIELDS,
            new AlikeForBoth(),
            BATCHES_OF_ONE,
            IGNORES_DELETE);

    private static final List<Generation> ALL = List.of(V0_6, V0_7, V0_8, V0_9, OPENING_3, OPENING_4, OPENING_5, V1);

    private final String name;
    private final String releases;
    private final int openingVersion;
    private final RecordLayout records;
    private final HeaderRewriting headers;
    private final int batchLimit;
    private final boolean honoursDelete;

    private Generation(
            String name,
            String releases,
            int openingVersion,
            RecordLayout records,
            HeaderRewriting headers,
            int batchLimit,
            boolean honoursDelete) {
        this.name = name;
        this.releases = releases;
        this.openingVersion = openingVersion;
        this.records = records;
        this.headers = headers;
        this.batchLimit = batchLimit;
        this.honoursDelete = honoursDelete;
    }

    /** Every generation, oldest first. */
    public static List<Generation> all() {
        return ALL;
    }

    /** The generation of this {@link #name}, or whose opening record has this version: "0.8", "1.x", "6". */
    public static Optional<Generation> named(String name) {
        return ALL.stream()
                .filter(g -> g.name.equals(name) || g.opens() && name.equals(Integer.toString(g.openingVersion)))
                .findFirst();
    }

    /**
     * The generation of this {@link #name}, {@link #V0_8_OR_V0_9} among them.
     *
     * @throws IOException when there is none
     */
    public static Generation restored(String name) throws IOException {
        return Stream.concat(ALL.stream(), Stream.of(V0_8_OR_V0_9))
                .filter(g -> g.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException("there is no generation " + name));
    }

    /** All names for a help text: "0.6, 0.7, …, 1.x". */
    public static String names() {
        return ALL.stream().map(Generation::name).collect(Collectors.joining(", "));
    }

    /** As the user writes it: "0.6", "0.7", "0.8", "0.9", "1.x", or the version of the opening record, "3" to "5". */
    public String name() {
        return name;
    }

    /** The tcpcopy releases that speak it. */
    public String releases() {
        return releases;
    }

    /** Whether a client's first record says its version. */
    public boolean opens() {
        return openingVersion != NO_OPENING;
    }

    /** 3 to 6, or 0 when there is no opening record. */
    public int openingVersion() {
        return openingVersion;
    }

    /** Bytes of a client record, 8 or 14. */
    public int recordBytes() {
        return records.bytes();
    }

    /** Whether the generation's first record looks like that of another: only an option distinguishes them. */
    public boolean beginsLike(Generation other) {
        return opens() ? other.opens() : !other.opens() && records.equals(other.records);
    }

    /** Bytes of a message to the client, without payload: 40, 60, 64 or 80. */
    public int messageBytes() {
        return Headers.BYTES + headers.optionBytes();
    }

    /** Whether messages can go in counted batches, which is then the default. */
    public boolean hasCombined() {
        return batchLimit > NO_BATCHES;
    }

    /** Messages that the client takes in one batch, 1 when it knows no batches. */
    public int batchLimit() {
        return Math.max(batchLimit, 1);
    }

    /**
     * Whether a CLIENT_DEL ends the session. Clients from 0.8 on send none, and the servers of their time took no notice of one.
     */
    public boolean honoursDelete() {
        return honoursDelete;
    }

    /** Puts what a client sends first on each connection: nothing, or 14 bytes. {@code out} is big-endian. */
    public void encodeOpening(ByteBuffer out) {
        if (opens()) {
            out.putInt(0).putShort((short) 0).putShort((short) openingVersion);
            out.putInt(0).putShort((short) 0);
        }
    }

    /** Puts a CLIENT_ADD of {@link #recordBytes}. {@code out} is big-endian; 8-byte records leave the target out. */
    public void encodeAdd(ByteBuffer out, int clientAddress, int clientPort, int targetAddress, int targetPort) {
        records.encode(out, RecordLayout.CLIENT_ADD, clientAddress, clientPort, targetAddress, targetPort);
    }

    /** Puts a CLIENT_DEL of {@link #recordBytes}. {@code out} is big-endian; 8-byte records leave the target out. */
    public void encodeDelete(ByteBuffer out, int clientAddress, int clientPort, int targetAddress, int targetPort) {
        records.encode(out, RecordLayout.CLIENT_DEL, clientAddress, clientPort, targetAddress, targetPort);
    }

    RecordLayout records() {
        return records;
    }

    HeaderRewriting headers() {
        return headers;
    }

    @Override
    public String toString() {
        return name;
    }
}
