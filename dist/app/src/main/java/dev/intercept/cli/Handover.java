package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.daemon.Account;
import dev.intercept.daemon.PidFile;
import dev.intercept.daemon.Privileges;
import dev.intercept.diagnosis.LocalHost;
import dev.intercept.logging.Log;
import dev.intercept.spi.Capability;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What becomes another user's when the process does ({@code --user}).
 *
 * @param account empty to go on as the same user
 */
record Handover(Log log, Optional<PidFile> pidFile, Optional<Account> account) {

    private static final Logger LOG = System.getLogger(Handover.class.getName());

    Handover(Log log, Optional<Account> account) {
        this(log, Optional.empty(), account);
    }

    Handover with(PidFile file) {
        return new Handover(log, Optional.of(file), account);
    }

    /**
     * Gives the files away, then gives the privileges up.
     *
     * @param needed by the backend, when it opens its source again
     */
    void run(Optional<Capability> needed) throws StartException {
        if (account.isPresent()) {
            give(account.get());
            List<Capability> kept =
                    Privileges.reduceTo(account.get(), needed.filter(each -> each.isHeld(new LocalHost())));
            LOG.log(
                    Level.INFO,
                    "goes on as user " + account.get().name() + " ("
                            + account.get().userId() + ") with "
                            + kept.stream().map(Capability::name).collect(Collectors.joining(" and ")));
            warnOfLooseThreads();
        }
    }

    private static void warnOfLooseThreads() {
        List<String> loose = Privileges.looseThreads(new LocalHost());
        if (!loose.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "--user: " + loose.size()
                            + " threads of the Java runtime could gain privileges by a program that they"
                            + " start; install setpriv (package util-linux), and bin/intercept bars them from it");
        }
    }

    private void give(Account user) throws StartException {
        try {
            log.giveTo(user);
            if (pidFile.isPresent()) {
                pidFile.get().giveTo(user);
            }
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.CANNOT_CREATE,
                    "--user " + user.name() + ": log or PID file cannot be given to that user (" + e.getMessage()
                            + "); name others with -l and -P",
                    e);
        }
    }
}
