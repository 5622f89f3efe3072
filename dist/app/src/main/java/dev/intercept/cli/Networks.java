package dev.intercept.cli;

import dev.intercept.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Addresses and networks between commas. An empty place is skipped, as the original did: its page writes {@code IP1,}. */
class Networks implements ITypeConverter<Networks> {

    private final List<Cidr> list = new ArrayList<>();

    List<Cidr> list() {
        return list;
    }

    @Override
    public Networks convert(String value) {
        Networks networks = new Networks();
        for (String part : value.split(",")) {
            if (!part.isBlank()) {
                networks.list.add(parse(part.strip()));
            }
        }
        if (networks.list.isEmpty()) {
            throw new TypeConversionException("'" + value + "' names no address");
        }
        return networks;
    }

    Cidr parse(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The pass list holds destinations of responses, and those are IPv4. */
    static final class Ipv4Only extends Networks {
        @Override
        Cidr parse(String text) {
            Cidr network = super.parse(text);
            if (!network.isIpv4()) {
                throw new TypeConversionException("'" + text + "' is IPv6, and tcpcopy's responses are IPv4 only");
            }
            return network;
        }
    }
}
