package dev.intercept.cli;

import dev.intercept.Departure;
import dev.intercept.Intercept;
import dev.intercept.daemon.ServiceManager;
import dev.intercept.restart.DescriptorStore;
import dev.intercept.spi.CaptureBackend.Polling;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/** A stop by a signal: where the service manager is to start the service again, it keeps what the next process goes on with. */
final class ServiceRestart {

    private static final Logger LOG = System.getLogger(ServiceRestart.class.getName());

    private ServiceRestart() {}

    /** Stops, or leaves and has {@link Intercept#awaitEnd} return. */
    static void stop(Intercept intercept) {
        Map<String, String> environment = System.getenv();
        boolean isLive = intercept.statistics().lanes().stream().allMatch(lane -> lane.polling() == Polling.ALWAYS);
        try (ServiceManager manager =
                ServiceManager.of(environment, ProcessHandle.current().pid())) {
            Optional<Departure> departure =
                    isLive && manager.isThere() && RestartMark.of(environment).isThere()
                            ? intercept.leave()
                            : Optional.empty();
            if (departure.isPresent()) {
                leave(intercept, departure.get(), manager);
            } else {
                intercept.stop();
            }
        }
    }

    private static void leave(Intercept intercept, Departure departure, ServiceManager manager) {
        String what = intercept.tunnels().size() + " tunnels and "
                + intercept.statistics().sessions().getAsInt() + " sessions";
        try {
            DescriptorStore.leave(departure, manager);
            LOG.log(Level.INFO, what + " are with the service manager, for the start that follows");
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, what + " end here, the service manager could not be sent them: " + e.getMessage());
        }
        intercept.left();
    }
}
