package dev.intercept.nfnetlink;

/** What a packet is, as netfilter reports it: linux/if_ether.h. */
public final class EtherType {

    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;

    private EtherType() {}

    /**
     * Whether a packet is IP. Kernels that leave hw_protocol 0 in OUTPUT say it by the family.
     *
     * @param family of the message, {@link NetfilterHeader#family}
     * @param hwProtocol of the packet's header attribute, 0 when there is none
     */
    public static boolean isIp(int family, int hwProtocol) {
        return family == NetfilterHeader.AF_INET
                || family == NetfilterHeader.AF_INET6
                || hwProtocol == ETH_P_IP
                || hwProtocol == ETH_P_IPV6;
    }
}
