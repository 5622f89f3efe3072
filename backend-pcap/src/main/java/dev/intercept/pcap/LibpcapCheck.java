package dev.intercept.pcap;

import com.sun.jna.NativeLibrary;
import java.util.Optional;

/** Whether libpcap is here. Apart from {@link Libpcap}, whose class cannot even be initialised without it. */
final class LibpcapCheck {

    /** pcap4j looks the library up under the same name; both must use the same one. */
    static final String LIBRARY = System.getProperty("org.pcap4j.core.pcapLibName", "pcap");

    private LibpcapCheck() {}

    /** Why libpcap cannot be loaded, with the next step; empty when it can. */
    static Optional<String> unavailabilityCause() {
        return unavailabilityCause(LIBRARY);
    }

    static Optional<String> unavailabilityCause(String library) {
        try {
            NativeLibrary.getInstance(library);
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("libpcap cannot be loaded (" + firstLine(e) + "); install it: apt-get install libpcap0.8"
                    + " (Debian, Ubuntu), dnf install libpcap (Fedora, RHEL)");
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
