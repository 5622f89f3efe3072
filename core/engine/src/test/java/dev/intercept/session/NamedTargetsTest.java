package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.stats.Counter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One client names its targets and one does not, and both copy the same sessions: each gets the answers of its own target. */
class NamedTargetsTest {

    private static final int OTHER_PORT = 9090;

    private final TableScene scene = new TableScene();
    private final RecordingOutlet naming = new RecordingOutlet();
    private final RecordingOutlet unnaming = new RecordingOutlet();

    private void tick(int times) {
        IntStream.range(0, times).forEach(i -> scene.table.expire(scene.nowS));
    }

    /** One session that both copy shows what is going on. */
    private void copyTheSameSession() {
        scene.addAnyTarget(9999, unnaming);
        scene.add(9999, naming);
    }

    @Test
    void shouldKeepASynAckForTheRouteThatNamesItsTargetFromOneToAnyTarget() {
        copyTheSameSession();
        scene.addAnyTarget(10000, unnaming);
        assertNull(scene.synAck(10000, 7));
        tick(1);

        scene.add(10000, naming);

        assertEquals(List.of(7), naming.sequences());
        assertEquals(List.of(), unnaming.sequences());
        assertSame(naming, scene.find(10000));
    }

    @Test
    void shouldKeepItAlsoWhenTheRouteToAnyTargetComesLater() {
        scene.add(9999, naming);
        assertNull(scene.synAck(10000, 7));
        scene.addAnyTarget(10000, unnaming);
        assertEquals(List.of(), unnaming.sequences());

        scene.add(10000, naming);

        assertEquals(List.of(7), naming.sequences());
    }

    @Test
    void shouldGiveItToTheRouteToAnyTargetWhenNoOtherComesInAMoment() {
        copyTheSameSession();
        assertNull(scene.synAck(10000, 7));
        scene.addAnyTarget(10000, unnaming);
        assertNull(scene.synAck(10000, 8));
        tick(2);

        assertEquals(List.of("forward 7", "forward 8", "flush"), unnaming.calls);
        assertEquals(2, scene.server(Counter.UNPARKED));
        assertEquals(0, scene.table.parked());
    }

    @Test
    void shouldNotWaitWhereTheTwoCopyDifferentSessions() {
        scene.add(9999, naming);
        scene.addAnyTarget(10000, unnaming);
        assertSame(unnaming, scene.synAck(10000, 7));
    }

    @Test
    void shouldNotWaitAgainForATargetThatNobodyNamed() {
        scene.table.expectNamedTargets();
        assertNull(scene.synAck(10000, OTHER_PORT, 7));
        scene.addAnyTarget(10000, unnaming);
        assertEquals(List.of(), unnaming.sequences());
        tick(2);
        assertEquals(List.of(7), unnaming.sequences());

        assertNull(scene.synAck(10001, OTHER_PORT, 8));
        scene.addAnyTarget(10001, unnaming);
        assertEquals(List.of(7, 8), unnaming.sequences());
    }

    @Test
    void shouldForwardWhatWaitsBeforeAnAnswerThatComesAfterIt() {
        copyTheSameSession();
        scene.addAnyTarget(10000, unnaming);
        assertNull(scene.synAck(10000, 7));
        scene.table.endWait(
                TableScene.wrap(TableScene.synAck()
                        .flags(PacketBuilder.ACK)
                        .to(TestNetwork.client(1), 10000)
                        .toBuffer()),
                unnaming,
                scene.nowS,
                scene.lane);
        assertEquals(List.of(7), unnaming.sequences());
        tick(2);
        assertEquals(List.of(7), unnaming.sequences());
        assertSame(unnaming, scene.find(10000));
    }

    /** What is asked for an answer that is not kept. */
    @Test
    void shouldLeadOverTheRouteToAnyTargetWhatIsNoHandshakeOrOfAnotherTarget() {
        copyTheSameSession();
        scene.addAnyTarget(10000, unnaming);
        assertNull(find(TableScene.TARGET_PORT, PacketBuilder.SYN | PacketBuilder.ACK));
        assertNull(find(TableScene.TARGET_PORT, PacketBuilder.RST));
        assertSame(unnaming, find(TableScene.TARGET_PORT, PacketBuilder.ACK));
        assertSame(unnaming, find(OTHER_PORT, PacketBuilder.SYN | PacketBuilder.ACK));
    }

    private Outlet find(int targetPort, int flags) {
        PacketBuilder answer = new PacketBuilder()
                .from(TestNetwork.TARGET, targetPort)
                .to(TestNetwork.client(1), 10000)
                .flags(flags);
        return scene.table.find(TableScene.wrap(answer.toBuffer()), scene.nowS);
    }

    @Test
    void shouldHandEverythingToOldClientsAtOnceWhereNobodyNamesTargets() {
        scene.addAnyTarget(10000, unnaming);
        assertSame(unnaming, scene.synAck(10000, 7));
    }

    @Test
    void shouldNotWaitWhereTooManyDoAlready() {
        copyTheSameSession();
        scene.addAnyTarget(10000, unnaming);
        IntStream.range(0, NameWait.MAX_WAITING).forEach(i -> assertNull(scene.synAck(10000, i)));
        assertSame(unnaming, scene.synAck(10000, -1));
    }
}
