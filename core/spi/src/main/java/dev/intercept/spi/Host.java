package dev.intercept.spi;

import java.util.List;
import java.util.Optional;

/**
 * What can be read of this machine: files and the output of commands. It changes nothing.
 *
 * <p>Thread rule: reads happen on the calling thread and are of its network namespace.
 */
public interface Host {

    /**
     * How a command ended.
     *
     * @param text standard output and standard error
     */
    record Output(int exitCode, String text) {
        public boolean isSuccess() {
            return exitCode == 0;
        }
    }

    /** A file's text without the white space at its end; empty when it does not exist or may not be read. */
    Optional<String> read(String path);

    /** The names in a directory; none when it does not exist or may not be read. */
    List<String> list(String directory);

    /** Where a symbolic link leads to. */
    Optional<String> link(String path);

    /** Runs a command to its end; empty when it is not installed or takes longer than some seconds. */
    Optional<Output> run(String... command);

    /** A file of this network namespace: {@code "tcp"} for /proc/net/tcp, the calling thread's. Kernels before 3.17 lack thread-self. */
    default Optional<String> readNet(String name) {
        return read("/proc/thread-self/net/" + name).or(() -> read("/proc/net/" + name));
    }

    /** A kernel parameter by its sysctl(8) name, {@code "net.ipv4.ip_forward"}. Not for names with dots inside a part. */
    default Optional<String> sysctl(String name) {
        return read("/proc/sys/" + name.replace('.', '/'));
    }

    /** A kernel parameter that is a number. */
    default Optional<Long> sysctlNumber(String name) {
        return sysctl(name).filter(value -> value.matches("-?\\d{1,18}")).map(Long::valueOf);
    }
}
