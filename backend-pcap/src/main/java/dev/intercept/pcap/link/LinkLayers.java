package dev.intercept.pcap.link;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which {@link Layer} a frame of which link type begins with. Numbers: {@code DLT_} of pcap/dlt.h and tcpdump.org's list. */
public final class LinkLayers {

    private static final Layer WITH_DIRECTION_AND_PPP = Layer.skip(1, PppLayers.FRAMED);

    private static final Map<Integer, Layer> BY_LINK_TYPE = Map.ofEntries(
            Map.entry(0, (Layer) CaptureLayers::loopback), // NULL
            Map.entry(1, EtherTypes.ETHERNET),
            Map.entry(9, PppLayers.FRAMED), // PPP
            Map.entry(10, Layer.skip(13, LlcLayer.INSTANCE)), // FDDI
            Map.entry(12, IpLayer.INSTANCE), // RAW on Linux
            Map.entry(14, IpLayer.INSTANCE), // RAW on OpenBSD
            Map.entry(50, PppLayers.FRAMED), // PPP_SERIAL
            Map.entry(51, PppLayers.OVER_ETHERNET), // PPP_ETHER
            Map.entry(101, IpLayer.INSTANCE), // RAW in files
            Map.entry(104, PppLayers.CISCO_HDLC),
            Map.entry(105, WlanLayer.INSTANCE),
            Map.entry(108, (Layer) CaptureLayers::loopback), // LOOP
            Map.entry(109, Layer.skip(12, IpLayer.INSTANCE)), // ENC
            Map.entry(113, CaptureLayers.COOKED), // LINUX_SLL
            Map.entry(122, Layer.skip(16, LlcLayer.INSTANCE)), // IP_OVER_FC
            Map.entry(127, (Layer) CaptureLayers::radiotap),
            Map.entry(138, Layer.skip(16, EtherTypes.FIELD)), // APPLE_IP_OVER_IEEE1394
            Map.entry(149, (Layer) CaptureLayers::packetTap), // USER2, which was PKTAP once
            Map.entry(166, WITH_DIRECTION_AND_PPP), // PPP_PPPD
            Map.entry(192, (Layer) CaptureLayers::perPacketInformation),
            Map.entry(204, WITH_DIRECTION_AND_PPP), // PPP_WITH_DIR
            Map.entry(205, Layer.skip(1, PppLayers.CISCO_HDLC)), // C_HDLC_WITH_DIR
            Map.entry(219, MplsLayer.INSTANCE),
            Map.entry(228, IpLayer.INSTANCE), // IPV4
            Map.entry(229, IpLayer.INSTANCE), // IPV6
            Map.entry(239, (Layer) CaptureLayers::nflog),
            Map.entry(240, Layer.skip(4, EtherTypes.ETHERNET)), // NETANALYZER
            Map.entry(242, Layer.skip(40, (Layer) LinkLayers::ipOverInfiniband)),
            Map.entry(258, (Layer) CaptureLayers::packetTap),
            Map.entry(274, Layer.skip(8, EtherTypes.ETHERNET)), // ETHERNET_MPACKET
            Map.entry(276, (Layer) CaptureLayers::cookedV2)); // LINUX_SLL2

    /** For the user, when a link type is none of them. */
    public static final String SUPPORTED =
            "Ethernet, Linux cooked (SLL, SLL2), raw IP, BSD loopback, PPP, PPPoE, Cisco HDLC,"
                    + " MPLS, IEEE 802.11 (with radiotap or PPI), IP over InfiniBand, FDDI, NFLOG and PKTAP";

    private LinkLayers() {}

    /** Whether frames whose {@code pcap_datalink()} is {@code linkType} are understood. */
    public static boolean isKnown(int linkType) {
        return BY_LINK_TYPE.containsKey(linkType);
    }

    /** Null when it is not understood. */
    static @Nullable Layer of(int linkType) {
        return BY_LINK_TYPE.get(linkType);
    }

    /** RFC 4391: the EtherType, then two bytes of no meaning. */
    private static Layer ipOverInfiniband(Walk walk) {
        if (!walk.has(4)) {
            return End.CUT_SHORT;
        }
        int type = walk.uint16(0);
        return walk.skip(4, EtherTypes.behind(type, walk));
    }
}
