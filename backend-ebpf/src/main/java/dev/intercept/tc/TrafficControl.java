package dev.intercept.tc;

import dev.intercept.netlink.AttributeCursor;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Classifiers of bpf(2) on devices, tc-bpf(8), below the queueing discipline clsact, which queues nothing.
 *
 * <pre>
 *   struct tcmsg, 20 bytes, native byte order; linux/rtnetlink.h, linux/pkt_cls.h
 *    0   family    u8
 *    4   ifindex   s32
 *    8   handle    u32
 *   12   parent    u32
 *   16   info      u32   preference &lt;&lt; 16, and the Ethernet type in network order: 3 for all
 *   20   TCA_KIND 1, TCA_OPTIONS 2 { TCA_BPF_FD 6, TCA_BPF_NAME 7, TCA_BPF_FLAGS 8 }
 * </pre>
 *
 * <p>What is ours is known by handle and name, whichever process attached it. Thread rule: that of {@link Rtnetlink}.
 */
public final class TrafficControl {

    /** Before all others. */
    public static final int PREFERENCE = 1;

    /** How the name of a filter ends that brought its clsact. */
    private static final String WITH_CLSACT = "+clsact";

    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;
    private static final int TCMSG_BYTES = 20;
    private static final int IFINDEX = 4;
    private static final int TCM_HANDLE = 8;
    private static final int PARENT = 12;
    private static final int INFO = 16;
    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_BPF_FD = 6;
    private static final int TCA_BPF_NAME = 7;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int TCA_BPF_FLAG_ACT_DIRECT = 1;
    private static final int TC_H_CLSACT = 0xffff_fff1;
    private static final int CLSACT_HANDLE = 0xffff_0000;
    private static final int ETH_P_ALL = 3;

    private static final String KIND = "bpf";

    private final Rtnetlink socket;

    public TrafficControl(Rtnetlink socket) {
        this.socket = socket;
    }

    /**
     * Has the program see the device's packets; in place of the one that an intercept before attached, between two packets.
     *
     * @return whether there was one
     */
    public boolean attach(Device device, Hook hook, int programFd) throws SystemCallException {
        boolean isNewQdisc = addClsact(device);
        try {
            return attach(device, hook, programFd, isNewQdisc);
        } catch (SystemCallException e) {
            if (isNewQdisc) {
                removeClsact(device, e);
            }
            throw e;
        }
    }

    private boolean attach(Device device, Hook hook, int programFd, boolean isNewQdisc) throws SystemCallException {
        Optional<Filter> former = isNewQdisc ? Optional.empty() : ours(device, hook);
        String name = former.map(Filter::name).orElse(hook.purpose().label() + (isNewQdisc ? WITH_CLSACT : ""));
        Request request = filterRequest(
                device,
                hook,
                "RTM_NEWTFILTER on " + device.name(),
                RTM_NEWTFILTER,
                Request.NLM_F_CREATE | (former.isPresent() ? Request.NLM_F_REPLACE : Request.NLM_F_EXCL));
        request.attribute(TCA_KIND, KIND);
        int options = request.beginNest(TCA_OPTIONS);
        request.attribute(TCA_BPF_FD, programFd)
                .attribute(TCA_BPF_NAME, name)
                .attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT)
                .endNest(options);
        socket.demand(request);
        return former.isPresent();
    }

    /** Whether there was none. */
    private boolean addClsact(Device device) throws SystemCallException {
        try {
            socket.demand(qdiscRequest(
                    device,
                    "RTM_NEWQDISC on " + device.name(),
                    RTM_NEWQDISC,
                    Request.NLM_F_CREATE | Request.NLM_F_EXCL));
            return true;
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    private static Request qdiscRequest(Device device, String what, int type, int flags) {
        return new Request(what, type, flags, TCMSG_BYTES)
                .int32(IFINDEX, device.index())
                .int32(TCM_HANDLE, CLSACT_HANDLE)
                .int32(PARENT, TC_H_CLSACT)
                .attribute(TCA_KIND, "clsact");
    }

    private static Request filterRequest(Device device, Hook hook, String what, int type, int flags) {
        return new Request(what, type, flags, TCMSG_BYTES)
                .int32(IFINDEX, device.index())
                .int32(TCM_HANDLE, hook.purpose().handle())
                .int32(PARENT, hook.direction().parent())
                .int32(INFO, PREFERENCE << 16 | networkOrder(ETH_P_ALL));
    }

    private static int networkOrder(int value) {
        ByteBuffer field = ByteBuffer.allocate(Short.BYTES).order(ByteOrder.nativeOrder());
        NetworkOrder.putUint16(field, 0, value);
        return field.getShort(0) & 0xffff;
    }

    /** Ours there, if it is. */
    public Optional<Filter> ours(Device device, Hook hook) throws SystemCallException {
        return filters(device, hook.direction()).stream()
                .filter(filter -> filter.preference() == PREFERENCE
                        && filter.handle() == hook.purpose().handle()
                        && filter.kind().equals(KIND)
                        && filter.name().startsWith(hook.purpose().label()))
                .findFirst();
    }

    /** All there, whichever process attached them; none where there is no clsact. */
    public List<Filter> filters(Device device, Direction direction) throws SystemCallException {
        List<Filter> filters = new ArrayList<>();
        Request request = new Request("RTM_GETTFILTER", RTM_GETTFILTER, Request.NLM_F_DUMP, TCMSG_BYTES)
                .int32(IFINDEX, device.index())
                .int32(PARENT, direction.parent());
        try {
            socket.ask(request, message -> add(message, filters));
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return filters;
    }

    private static void add(MessageCursor message, List<Filter> filters) {
        ByteBuffer in = message.data();
        int header = message.at() + NetlinkHeader.BYTES;
        int handle = message.bytes() < NetlinkHeader.BYTES + TCMSG_BYTES ? 0 : in.getInt(header + TCM_HANDLE);
        if (handle == 0 || NetlinkHeader.type(in, message.at()) != RTM_NEWTFILTER) {
            return;
        }
        AttributeCursor attribute = new AttributeCursor();
        attribute.begin(message, NetlinkHeader.BYTES + TCMSG_BYTES);
        String kind = "";
        String name = "";
        while (attribute.next()) {
            if (attribute.type() == TCA_KIND) {
                kind = Devices.text(attribute, in);
            } else if (attribute.type() == TCA_OPTIONS && kind.equals(KIND)) {
                name = name(attribute, in);
            }
        }
        filters.add(new Filter(in.getInt(header + INFO) >>> 16, handle, kind, name));
    }

    private static String name(AttributeCursor options, ByteBuffer in) {
        AttributeCursor attribute = new AttributeCursor();
        attribute.begin(in, options.value(), options.value() + options.valueBytes());
        while (attribute.next()) {
            if (attribute.type() == TCA_BPF_NAME) {
                return Devices.text(attribute, in);
            }
        }
        return "";
    }

    /**
     * Removes ours from these hooks, and the clsact that one of them brought unless somebody else uses it by now.
     *
     * @param hooks where to look
     * @return where there was one
     */
    public List<Hook> detach(Device device, List<Hook> hooks) throws SystemCallException {
        List<Hook> removed = new ArrayList<>();
        boolean broughtClsact = false;
        for (Hook hook : hooks) {
            Optional<Filter> ours = ours(device, hook);
            if (ours.isPresent()) {
                socket.demand(filterRequest(device, hook, "RTM_DELTFILTER on " + device.name(), RTM_DELTFILTER, 0)
                        .attribute(TCA_KIND, KIND));
                removed.add(hook);
                broughtClsact |= ours.get().name().endsWith(WITH_CLSACT);
            }
        }
        if (broughtClsact) {
            removeClsact(device);
        }
        return removed;
    }

    private void removeClsact(Device device) throws SystemCallException {
        if (isUnused(device)) {
            socket.demand(qdiscRequest(device, "RTM_DELQDISC on " + device.name(), RTM_DELQDISC, 0));
        }
    }

    private void removeClsact(Device device, SystemCallException cause) {
        try {
            removeClsact(device);
        } catch (SystemCallException e) {
            cause.addSuppressed(e);
        }
    }

    private boolean isUnused(Device device) throws SystemCallException {
        return filters(device, Direction.EGRESS).isEmpty()
                && filters(device, Direction.INGRESS).isEmpty();
    }
}
