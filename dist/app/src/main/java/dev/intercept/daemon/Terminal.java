package dev.intercept.daemon;

import dev.intercept.spi.Host;
import java.io.FileInputStream;
import java.io.IOException;

/** The controlling terminal of this process, tty(4), if it was started from one. Any thread. */
public final class Terminal {

    /** Of /proc/self/stat behind the command's name, proc(5): tty_nr, 0 without a controlling terminal. */
    private static final int TTY_FIELD = 4;

    private static final String DEVICE = "/dev/tty";

    private final boolean wasThere;
    private final String device;

    Terminal(boolean wasThere, String device) {
        this.wasThere = wasThere;
        this.device = device;
    }

    /** As it is now. */
    public static Terminal current(Host host) {
        String stat = host.read("/proc/self/stat").orElse("");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return new Terminal(fields.length > TTY_FIELD && !fields[TTY_FIELD].equals("0"), DEVICE);
    }

    boolean wasThere() {
        return wasThere;
    }

    /** Whether there was one and it is there no more: the kernel takes it from all its processes when it sends SIGHUP. */
    public boolean isGone() {
        if (!wasThere) {
            return false;
        }
        try {
            new FileInputStream(device).close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
