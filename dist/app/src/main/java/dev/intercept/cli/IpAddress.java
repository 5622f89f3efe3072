package dev.intercept.cli;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An address of this host. Names are refused: a look-up could block the start or give another address every time. */
final class IpAddress implements ITypeConverter<InetAddress> {

    @Override
    public InetAddress convert(String value) {
        try {
            return InetAddresses.forString(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + value + "' is not an IP address such as 192.0.2.1");
        }
    }
}
