package dev.intercept.bpf;

import com.sun.jna.Native;
import dev.intercept.netlink.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/** Which calls fail, and what is open: descriptors, and mappings by their address. Any thread. */
public final class Descriptors {

    private final ToIntFunction<String> faults;
    private final Set<Long> open = new TreeSet<>();
    private final List<String> failed = new ArrayList<>();

    /** @param faults the error number with which a call fails now, 0 for none; one thread at a time asks */
    public Descriptors(ToIntFunction<String> faults) {
        this.faults = faults;
    }

    /** Whether the call fails; its error number is this thread's then. */
    public synchronized boolean fails(String call) {
        int errno = faults.applyAsInt(call);
        if (errno != 0) {
            failed.add(call + " " + Errno.text(errno));
            Native.setLastError(errno);
        }
        return errno != 0;
    }

    /** Passes on what a call returned that opens something. */
    public synchronized long opened(long result) {
        if (result >= 0) {
            open.add(result);
        }
        return result;
    }

    public synchronized void closed(long opened) {
        if (!open.remove(opened)) {
            failed.add(opened + " was closed twice, or was never open");
            open.add(-1L);
        }
    }

    /** What nobody closed; -1 when something was closed that was not open. */
    public synchronized Set<Long> open() {
        return new TreeSet<>(open);
    }

    /** What failed so far is of no interest any more. */
    public synchronized void forget() {
        failed.clear();
    }

    /** The calls that failed. */
    public synchronized List<String> failed() {
        return List.copyOf(failed);
    }
}
