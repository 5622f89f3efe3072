package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An observer learns of each session once when it comes and once when it ends, in whichever way. */
class RouteObserverTest {

    private final TableScene scene = new TableScene(new SessionLimits(1, 4, 16, 16, 120, 30, 30));
    private final RecordingOutlet tunnel = new RecordingOutlet();
    private final List<String> changes = new ArrayList<>();

    @BeforeEach
    void observe() {
        scene.table.observe((client, clientPort, target, targetPort, isThere) -> {
            assertEquals(TableScene.CLIENT, client);
            boolean isNamed = target == TableScene.TARGET && targetPort == TableScene.TARGET_PORT;
            changes.add((isThere ? "+" : "-") + clientPort + (isNamed ? "" : " to " + target + ":" + targetPort));
        });
    }

    private void assertChanges(String... expected) {
        assertEquals(List.of(expected), changes);
        changes.clear();
    }

    @Test
    void shouldReportASessionThatIsAddedAndDeletedOnce() {
        scene.add(10000, tunnel);
        scene.add(10000, tunnel);
        scene.add(10000, new RecordingOutlet());
        assertChanges("+10000");
        scene.delete(10000, tunnel);
        assertChanges();
    }

    @Test
    void shouldReportARouteToAnyTarget() {
        scene.addAnyTarget(10000, tunnel);
        scene.table.remove(TableScene.CLIENT, 10000, 0, 0, tunnel);
        assertChanges("+10000 to 0:0", "-10000 to 0:0");
    }

    @Test
    void shouldReportASessionThatExpires() {
        scene.add(10000, tunnel);
        scene.pass(200);
        scene.expireAll();
        assertChanges("+10000", "-10000");
    }

    @Test
    void shouldReportASessionThatExpiredAndComesAgain() {
        scene.add(10000, tunnel);
        scene.pass(200);
        scene.add(10000, tunnel);
        assertChanges("+10000", "-10000", "+10000");
    }

    @Test
    void shouldReportASessionThatIsEvicted() {
        for (int port = 1; port <= 5; port++) {
            scene.add(port, tunnel);
            scene.pass(1);
        }
        assertChanges("+1", "+2", "+3", "+4", "-1", "+5");
    }

    @Test
    void shouldReportTheSessionsOfATunnelThatIsGone() {
        scene.add(10000, tunnel);
        scene.table.closed(tunnel);
        scene.expireAll();
        assertChanges("+10000", "-10000");
    }

    /** It is not among those that the other goes on with, and nobody would report its end any more. */
    @Test
    void shouldReportASessionThatHasExpiredWhenTheOthersAreLeftToAnotherProcess() throws IOException {
        scene.add(10000, tunnel);
        scene.pass(200);
        scene.add(10001, tunnel);
        DataOutputStream saved = new DataOutputStream(OutputStream.nullOutputStream());
        scene.table.save(saved, outlet -> 1, scene.nowS);
        assertChanges("+10000", "+10001", "-10000");
    }
}
