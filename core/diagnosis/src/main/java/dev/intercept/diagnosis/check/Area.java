package dev.intercept.diagnosis.check;

import dev.intercept.diagnosis.Finding;
import dev.intercept.spi.Host;
import java.util.List;

/** One area of the host that is looked at. Changes nothing. */
interface Area {
    /** @return what was found, well or not; none when there is nothing to say on this host */
    List<Finding> look(Host host, CheckScope scope);
}
