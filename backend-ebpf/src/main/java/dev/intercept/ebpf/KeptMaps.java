package dev.intercept.ebpf;

import dev.intercept.bpf.Bpf;
import dev.intercept.bpf.BpfMap;
import dev.intercept.netlink.SystemCallException;
import java.util.Iterator;
import java.util.List;

/** Maps that the program before in this process has left, in the order in which they are made; or none. Closes those that nobody took. */
final class KeptMaps implements AutoCloseable {

    /** Makes one in the place of one that was not left. */
    @FunctionalInterface
    interface Maker {
        BpfMap make() throws SystemCallException;
    }

    private final Iterator<Integer> descriptors;

    /** @param descriptors of all there are to be, or none */
    KeptMaps(List<Integer> descriptors) {
        this.descriptors = descriptors.iterator();
    }

    boolean isEmpty() {
        return !descriptors.hasNext();
    }

    /** The next one, of which there must be one. */
    BpfMap next(String name) {
        return new BpfMap(name, descriptors.next());
    }

    BpfMap next(String name, Maker maker) throws SystemCallException {
        return isEmpty() ? maker.make() : next(name);
    }

    @Override
    public void close() {
        descriptors.forEachRemaining(Bpf::close);
    }
}
