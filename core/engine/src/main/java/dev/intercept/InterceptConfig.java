package dev.intercept;

import dev.intercept.capture.AddressTranslation;
import dev.intercept.net.Cidr;
import dev.intercept.server.ClientProtocols;
import dev.intercept.server.Keepalive;
import dev.intercept.spi.BackendOption;
import dev.intercept.tcpcopy.ProtocolOptions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the user can decide about one intercept. Immutable; {@link #builder} starts from the defaults.
 *
 * @param bindAddress where tcpcopy connects to; empty for every address ({@code -b})
 * @param port TCP port for tcpcopy, 1 to 65535, or 0 for any free one ({@code -p})
 * @param passList IPv4 destinations whose packets are accepted and not forwarded ({@code -x})
 * @param tableSize sessions the table has room for before it first grows ({@code -s})
 * @param routeTimeoutS seconds without a response or an ADD after which a session ends ({@code -t})
 * @param maxSessions sessions at most; beyond, who has most loses the one idle for longest
 * @param maxParked parked headers at most, of all sessions together
 * @param tunnelBufferBytes bytes that may wait for one tunnel; beyond, whole messages are dropped and counted
 * @param maxTunnels tunnels at most; further connections are closed at once
 * @param keepalive when a silent tcpcopy is given up
 * @param allow who may connect; empty for everyone
 * @param quickackRoutes whether the host's routes may be added to for tunnels, so that their records are acknowledged at once
 * @param protocol what the wire does not show about a tcpcopy, for all of them or by address
 * @param addressTranslation addresses that are others in the answers than tcpcopy knows them ({@code -D})
 * @param anyTarget whether a session's answers are known by client and target port alone ({@code --any-target})
 * @param targetFigures whether answers are looked at for what they say about the test server ({@code --target-figures})
 * @param statsIntervalS seconds between two statistics lines
 * @param backendName the backend the user insists on; empty to choose
 * @param backendOptions values by the option's first name, {@code --queue} to {@code "0:3"}
 * @param pluginPath directories whose jars may hold backends
 */
public record InterceptConfig(
        Optional<InetAddress> bindAddress,
        int port,
        List<Cidr> passList,
        int tableSize,
        int routeTimeoutS,
        int maxSessions,
        int maxParked,
        int tunnelBufferBytes,
        int maxTunnels,
        Keepalive keepalive,
        List<Cidr> allow,
        boolean quickackRoutes,
        ClientProtocols protocol,
        AddressTranslation addressTranslation,
        boolean anyTarget,
        boolean targetFigures,
        int statsIntervalS,
        Optional<String> backendName,
        Map<String, String> backendOptions,
        List<Path> pluginPath) {

    public static final int DEFAULT_PORT = 36524;

    public InterceptConfig {
        passList = List.copyOf(passList);
        allow = List.copyOf(allow);
        backendOptions = Map.copyOf(backendOptions);
        pluginPath = List.copyOf(pluginPath);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** This with what {@link Intercept#adopt} takes from another. */
    InterceptConfig adopting(InterceptConfig other, LiveOptions live) {
        return new InterceptConfig(
                bindAddress,
                port,
                live.areLive(BackendOption.PASS_LIST.name()) ? other.passList : passList,
                tableSize,
                routeTimeoutS,
                maxSessions,
                maxParked,
                tunnelBufferBytes,
                maxTunnels,
                keepalive,
                other.allow,
                quickackRoutes,
                protocol,
                live.areLive(BackendOption.TRANSLATION.name()) ? other.addressTranslation : addressTranslation,
                anyTarget,
                targetFigures,
                statsIntervalS,
                backendName,
                live.merged(backendOptions, other.backendOptions),
                pluginPath);
    }

    /** The defaults, to be changed one by one. Checks nothing: the command reports to its user what is wrong. */
    public static final class Builder {
        private Optional<InetAddress> bindAddress = Optional.empty();
        private int port = DEFAULT_PORT;
        private List<Cidr> passList = List.of();
        private int tableSize = 65536;
        private int routeTimeoutS = 120;
        private int maxSessions = 1 << 20;
        private int maxParked = 65536;
        private int tunnelBufferBytes = 4 << 20;
        private int maxTunnels = 1024;
        private Keepalive keepalive = Keepalive.DEFAULT;
        private List<Cidr> allow = List.of();
        private boolean quickackRoutes = true;
        private ClientProtocols protocol = ClientProtocols.all(ProtocolOptions.DEFAULTS);
        private AddressTranslation addressTranslation = AddressTranslation.NONE;
        private boolean anyTarget;
        private boolean targetFigures = true;
        private int statsIntervalS = 30;
        private Optional<String> backendName = Optional.empty();
        private Map<String, String> backendOptions = Map.of();
        private List<Path> pluginPath = List.of();

        public Builder bindAddress(InetAddress value) {
            bindAddress = Optional.of(value);
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder passList(List<Cidr> value) {
            passList = value;
            return this;
        }

        public Builder tableSize(int value) {
            tableSize = value;
            return this;
        }

        public Builder routeTimeoutS(int value) {
            routeTimeoutS = value;
            return this;
        }

        public Builder maxSessions(int value) {
            maxSessions = value;
            return this;
        }

        public Builder maxParked(int value) {
            maxParked = value;
            return this;
        }

        public Builder tunnelBufferBytes(int value) {
            tunnelBufferBytes = value;
            return this;
        }

        public Builder maxTunnels(int value) {
            maxTunnels = value;
            return this;
        }

        public Builder keepalive(Keepalive value) {
            keepalive = value;
            return this;
        }

        public Builder allow(List<Cidr> value) {
            allow = value;
            return this;
        }

        public Builder quickackRoutes(boolean value) {
            quickackRoutes = value;
            return this;
        }

        public Builder protocol(ClientProtocols value) {
            protocol = value;
            return this;
        }

        public Builder addressTranslation(AddressTranslation value) {
            addressTranslation = value;
            return this;
        }

        public Builder anyTarget(boolean value) {
            anyTarget = value;
            return this;
        }

        public Builder targetFigures(boolean value) {
            targetFigures = value;
            return this;
        }

        public Builder statsIntervalS(int value) {
            statsIntervalS = value;
            return this;
        }

        public Builder backendName(String value) {
            backendName = Optional.of(value);
            return this;
        }

        public Builder backendOptions(Map<String, String> value) {
            backendOptions = value;
            return this;
        }

        public Builder pluginPath(List<Path> value) {
            pluginPath = value;
            return this;
        }

        public InterceptConfig build() {
            return new InterceptConfig(
                    bindAddress,
                    port,
                    passList,
                    tableSize,
                    routeTimeoutS,
                    maxSessions,
                    maxParked,
                    tunnelBufferBytes,
                    maxTunnels,
                    keepalive,
                    allow,
                    quickackRoutes,
                    protocol,
                    addressTranslation,
                    anyTarget,
                    targetFigures,
                    statsIntervalS,
                    backendName,
                    backendOptions,
                    pluginPath);
        }
    }
}
