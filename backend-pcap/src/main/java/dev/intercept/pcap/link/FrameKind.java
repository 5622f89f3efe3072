package dev.intercept.pcap.link;

import java.util.Set;

/** What a frame without an IP packet carries instead, as its field says. */
public enum FrameKind {
    ETHER_TYPE("EtherType 0x%04x", 0x0806, 0x8035, 0x88cc, 0x8863, 0x888e, 0x8809, 0x9000, 0x88f7, 0x8902),
    /** Both service access points of an 802.2 header. */
    LLC("802.2 LLC 0x%04x", 0x4242, 0xaaaa),
    /** Above 0x8000 are PPP's control protocols. */
    PPP("PPP protocol 0x%04x", 0x8021, 0x8057, 0xc021, 0xc023, 0xc223),
    /** The code of a PPPoE packet that carries no session. */
    PPPOE("PPPoE code %d"),
    MPLS("MPLS payload of type %d"),
    FAMILY("address family %d"),
    IP_VERSION("IP version %d"),
    /** Type and subtype of a frame without data, or one that is encrypted. */
    WLAN("802.11 frame control 0x%04x"),
    TZSP("TZSP protocol %d"),
    LINK_TYPE("a link type that is not understood"),
    LAYERS("more than %d headers"),
    CUT_SHORT("cut short before the IP header");

    private final String text;
    private final Set<Integer> harmless;

    FrameKind(String text, Integer... harmless) {
        this.text = text;
        this.harmless = Set.of(harmless);
    }

    /** Whether such frames are known to carry no IPv4: ARP, LLDP, spanning tree and the like. */
    boolean isHarmless(int value) {
        return harmless.contains(value);
    }

    String text(int value) {
        return String.format(text, value);
    }
}
