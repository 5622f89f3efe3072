package dev.intercept.tc;

/**
 * A network device.
 *
 * @param index that the kernel gave it; another one of the same name has another
 * @param type of its link header, linux/if_arp.h
 * @param hasAddress whether it has an IPv4 address
 */
public record Device(int index, String name, int type, boolean isLoopback, boolean hasAddress) {

    /** linux/if_arp.h: devices whose packets begin with an Ethernet header; loopback's do too. */
    private static final int ARPHRD_ETHER = 1;

    private static final int ARPHRD_LOOPBACK = 772;

    /** linux/if_arp.h: devices whose packets begin with the IP header, as the kernel's own list has it. */
    private static final int ARPHRD_PPP = 512;

    private static final int ARPHRD_RAWIP = 519;
    private static final int ARPHRD_TUNNEL = 768;
    private static final int ARPHRD_SIT = 776;
    private static final int ARPHRD_IPGRE = 778;
    private static final int ARPHRD_NONE = 0xfffe;

    private static final int ETHERNET_BYTES = 14;

    /** No device that programs are written for. */
    public static final int UNKNOWN = -1;

    /** Bytes of the link header, or {@link #UNKNOWN}. */
    public int linkBytes() {
        return switch (type) {
            case ARPHRD_ETHER, ARPHRD_LOOPBACK -> ETHERNET_BYTES;
            case ARPHRD_PPP, ARPHRD_RAWIP, ARPHRD_TUNNEL, ARPHRD_SIT, ARPHRD_IPGRE, ARPHRD_NONE -> 0;
            default -> UNKNOWN;
        };
    }
}
