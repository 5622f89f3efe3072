package dev.intercept.cli;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code [ADDR:]PORT}: without an address, loopback. No name is looked up. */
final class MetricsAddress implements ITypeConverter<InetSocketAddress> {

    @Override
    public InetSocketAddress convert(String value) {
        try {
            if (value.matches("\\d+")) {
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(Integer.parseInt(value)));
            }
            HostAndPort parts = HostAndPort.fromString(value);
            return new InetSocketAddress(InetAddresses.forString(parts.getHost()), port(parts.getPort()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new TypeConversionException(
                    "'" + value + "' is no PORT or ADDRESS:PORT such as 9099, 10.0.0.1:9099 or [::1]:9099");
        }
    }

    private static int port(int port) {
        if (port < 1 || port > 0xffff) {
            throw new IllegalArgumentException("out of range");
        }
        return port;
    }
}
