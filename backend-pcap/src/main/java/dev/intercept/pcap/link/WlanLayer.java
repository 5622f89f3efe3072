package dev.intercept.pcap.link;

/**
 * IEEE 802.11: data frames that are not encrypted, with an 802.2 header behind.
 *
 * <pre>
 *    0        frame control: subtype(4) type(2) version(2), flags(8)
 *   24        fourth address (6 bytes), when both directions are set
 *   24 or 30  quality of service (2 bytes), when the subtype has 8; then HT control (4 bytes), when the order flag is set
 * </pre>
 */
final class WlanLayer implements Layer {

    static final WlanLayer INSTANCE = new WlanLayer();

    private static final int MIN_BYTES = 24;
    private static final int TYPE_MASK = 0x0c;
    private static final int TYPE_DATA = 0x08;
    private static final int NO_DATA = 0x40;
    private static final int WITH_QOS = 0x80;
    private static final int BOTH_DIRECTIONS = 0x03;
    private static final int ENCRYPTED = 0x40;
    private static final int ORDER = 0x80;
    private static final int ADDRESS_BYTES = 6;
    private static final int QOS_BYTES = 2;
    private static final int HT_CONTROL_BYTES = 4;

    private WlanLayer() {}

    @Override
    public Layer step(Walk walk) {
        if (!walk.has(MIN_BYTES)) {
            return End.CUT_SHORT;
        }
        int control = walk.uint8(0);
        int flags = walk.uint8(1);
        if ((control & TYPE_MASK) != TYPE_DATA || (control & NO_DATA) != 0 || (flags & ENCRYPTED) != 0) {
            return walk.other(FrameKind.WLAN, walk.uint16(0));
        }
        boolean withQos = (control & WITH_QOS) != 0;
        int bytes = MIN_BYTES;
        bytes += (flags & BOTH_DIRECTIONS) == BOTH_DIRECTIONS ? ADDRESS_BYTES : 0;
        bytes += withQos ? QOS_BYTES : 0;
        bytes += withQos && (flags & ORDER) != 0 ? HT_CONTROL_BYTES : 0;
        return walk.skip(bytes, LlcLayer.INSTANCE);
    }
}
