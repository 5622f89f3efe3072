package dev.intercept.pcap.link;

import java.util.Map;
import java.util.Optional;

/** Which {@link LinkLayer} reads which of libpcap's link types. The numbers are the {@code DLT_} values of pcap/dlt.h. */
public final class LinkLayers {

    private static final int DLT_NULL = 0;
    private static final int DLT_EN10MB = 1;
    private static final int DLT_PPP = 9;
    private static final int DLT_PPP_SERIAL = 50;
    private static final int DLT_C_HDLC = 104;
    private static final int DLT_LOOP = 108;
    private static final int DLT_LINUX_SLL = 113;
    private static final int DLT_IPV4 = 228;
    private static final int DLT_LINUX_SLL2 = 276;

    /** DLT_RAW is 12 on Linux, 14 on OpenBSD, and 101 in a file. */
    private static final int DLT_RAW = 12;

    private static final int DLT_RAW_OPENBSD = 14;
    private static final int LINKTYPE_RAW = 101;

    private static final Map<Integer, LinkLayer> BY_DLT = Map.ofEntries(
            Map.entry(DLT_EN10MB, EthernetFrame.INSTANCE),
            Map.entry(DLT_LINUX_SLL, CookedFrame.INSTANCE),
            Map.entry(DLT_LINUX_SLL2, CookedFrameV2.INSTANCE),
            Map.entry(DLT_RAW, RawFrame.INSTANCE),
            Map.entry(DLT_RAW_OPENBSD, RawFrame.INSTANCE),
            Map.entry(LINKTYPE_RAW, RawFrame.INSTANCE),
            Map.entry(DLT_IPV4, RawFrame.INSTANCE),
            Map.entry(DLT_NULL, LoopbackFrame.INSTANCE),
            Map.entry(DLT_LOOP, LoopbackFrame.INSTANCE),
            Map.entry(DLT_C_HDLC, CiscoHdlcFrame.INSTANCE),
            Map.entry(DLT_PPP, PppFrame.INSTANCE),
            Map.entry(DLT_PPP_SERIAL, PppFrame.INSTANCE));

    /** For the user, when a link type is none of them. */
    public static final String SUPPORTED =
            "Ethernet, Linux cooked (SLL, SLL2), raw IP, BSD loopback, Cisco HDLC and PPP";

    private LinkLayers() {}

    /** The reader of frames whose {@code pcap_datalink()} is {@code dlt}; empty when there is none. */
    public static Optional<LinkLayer> of(int dlt) {
        return Optional.ofNullable(BY_DLT.get(dlt));
    }
}
