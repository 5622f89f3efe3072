package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;

/** Whether the kernel has a module. */
final class KernelModules {

    private KernelModules() {}

    /**
     * {@code "NAME is loaded"}, built in, loadable or absent.
     *
     * @param netFile of /proc/net that is there once the module works, however it came
     */
    static String state(Host host, String module, String netFile) {
        if (isLoaded(host, module)) {
            return module + " is loaded";
        }
        if (host.readNet(netFile).isPresent()) {
            return module + " is built in";
        }
        boolean isLoadable = host.run("modprobe", "-n", module)
                .filter(Host.Output::isSuccess)
                .isPresent();
        return module + (isLoadable ? " can be loaded" : " is absent");
    }

    /** Loaded or built in. */
    static boolean isThere(Host host, String module, String netFile) {
        return isLoaded(host, module) || host.readNet(netFile).isPresent();
    }

    private static boolean isLoaded(Host host, String module) {
        return ("\n" + host.read("/proc/modules").orElse("")).contains("\n" + module + " ");
    }
}
