package dev.intercept.pcap;

import dev.intercept.spi.AnswerPath;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOption;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.Capability;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackendProvider;
import dev.intercept.spi.CaptureMode;
import dev.intercept.spi.ReopeningBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Makes the backend {@code pcap}: some lanes for each device, or one for all capture files. */
public final class PcapProvider implements CaptureBackendProvider {

    /** Kept here: a logger that nobody holds forgets its level. */
    private static final Logger PCAP4J_LOG = Logger.getLogger("org.pcap4j");

    @Override
    public String name() {
        return "pcap";
    }

    @Override
    public String description() {
        return "observes responses on devices of an assistant host, or reads a capture file; issues no verdicts";
    }

    /** Observes and does not decide: the rules or routes that make it useful must have been set up on purpose. */
    @Override
    public int priority() {
        return 0;
    }

    @Override
    public int spiVersion() {
        return SPI_VERSION;
    }

    @Override
    public Optional<String> unavailabilityCause() {
        return LibpcapCheck.unavailabilityCause();
    }

    @Override
    public List<BackendOption> options() {
        return PcapOptions.ALL;
    }

    @Override
    public CaptureMode mode() {
        return CaptureMode.OBSERVES;
    }

    @Override
    public Optional<Capability> capability() {
        return Optional.of(Capability.CAP_NET_RAW);
    }

    @Override
    public Map<String, String> optionsFor(AnswerPath path) {
        return Map.of(
                PcapOptions.INTERFACE,
                path.device(),
                PcapOptions.FILTER,
                "tcp and src host " + path.target() + " and src port " + path.port());
    }

    @Override
    public List<CaptureBackend> open(BackendOptions options) throws BackendException {
        PcapSettings settings = PcapOptions.parse(options);
        boolean isOfFiles = !settings.files().isEmpty();
        boolean needsLibpcap = !isOfFiles || !settings.filter().isEmpty();
        Optional<String> cause = needsLibpcap ? unavailabilityCause() : Optional.empty();
        if (cause.isPresent()) {
            throw new BackendException(BackendException.Kind.UNAVAILABLE, cause.get());
        }
        // pcap4j says at INFO that it loaded and closed something; what fails it throws.
        PCAP4J_LOG.setLevel(Level.WARNING);
        FilterChecks.warn(settings);
        if (isOfFiles) {
            return List.of(FileReplay.open(settings));
        }
        HostChecks.warn(settings);
        return openDevices(settings);
    }

    private static List<CaptureBackend> openDevices(PcapSettings settings) throws BackendException {
        List<CaptureBackend> lanes = new ArrayList<>();
        try {
            for (String device : settings.devices()) {
                FanoutGroup group = new FanoutGroup();
                for (int n = 0; n < settings.lanes(); n++) {
                    String lane = "pcap:" + device + (settings.lanes() > 1 ? "#" + n : "");
                    lanes.add(ReopeningBackend.open(
                            new DeviceSource(new SystemDeviceCalls(), device, lane, settings, group)));
                }
            }
            return lanes;
        } catch (BackendException | RuntimeException | Error e) {
            lanes.forEach(CaptureBackend::close);
            throw e;
        }
    }
}
