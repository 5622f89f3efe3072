package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.FindingTexts;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.stats.Counter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. Screenshots are left in target/screenshots for people to look at. */
@DisabledIfSystemProperty(
        named = "intercept.browser",
        matches = "none",
        disabledReason = "dist/test.sh found no browser that can be installed here")
class PageTest {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String TAB = "\uE004";
    private static final String ENTER = "\uE007";
    private static final String LEFT = "\uE012";
    private static final String HOME = "\uE011";
    private static final int SPEED = 10;
    private static final int WIDE = 1280;
    private static final int NARROW = 420;
    private static final int HEIGHT = 900;
    private static final int PATIENCE = 2000;
    private static final int HOUR_S = 3600;
    private static final int BETWEEN_S = 12;
    private static final int POINTS = HOUR_S / BETWEEN_S;

    /** What lies beyond the edge of the window, or of a box that does not show it. */
    private static final String CUT_OFF = """
            return [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && !e.closest('svg')
                && (e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
                && getComputedStyle(e).display !== 'inline')).map(e => e.outerHTML.slice(0, 80)).join('\\n')""";

    /** One for all tests. It may still write to its profile after it was asked to end. */
    @TempDir(cleanup = CleanupMode.NEVER)
    static Path profile;

    private static Browser browser;

    private RunningIntercept running;
    private WebServer web;
    private History<Moment> history;

    /** The history's clock, which stands until it is moved. */
    private long nowNs;

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = new Browser(profile, WIDE, HEIGHT);
        Files.createDirectories(SCREENSHOTS);
    }

    @AfterAll
    static void stopBrowser() throws Exception {
        browser.close();
    }

    @BeforeEach
    void start() throws Exception {
        running = new RunningIntercept(true);
        history = Moment.history(running.intercept, running.diagnosis, () -> nowNs);
        web = new WebServer(
                WebListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                running.intercept,
                running.diagnosis,
                "1.0",
                history);
        browser.resize(WIDE, HEIGHT);
    }

    @AfterEach
    void stop() throws Exception {
        web.close();
        running.close();
    }

    private void open() throws Exception {
        open("127.0.0.1");
    }

    /** Its seconds are short, as are those of the intercept that it shows. */
    private void open(String host) throws Exception {
        browser.open("http://" + host + ":" + web.address().getPort() + "/");
        browser.run("const wait = setTimeout; window.setTimeout = (work, ms) => wait(work, ms / " + SPEED + ")");
    }

    private String text(String id) throws Exception {
        return browser.run("return document.getElementById('" + id + "').innerText");
    }

    /** An hour in which sessions came more and more, with a lull. */
    private void passAnHour() throws Exception {
        int answers = 0;
        for (int i = 0; i < POINTS; i++) {
            boolean isLull = i > POINTS / 2 && i < POINTS * 2 / 3;
            for (int session = 0; !isLull && session <= i * 3 / POINTS; session++) {
                running.converse(
                        i % 50 == 49 ? 503 : 200,
                        200 + i % 60 * 20,
                        i % 40 == 0 ? PacketBuilder.RST : PacketBuilder.FIN | PacketBuilder.ACK);
                answers += RunningIntercept.ANSWERS_OF_A_SESSION;
            }
            running.awaitPackets(answers);
            nowNs += BETWEEN_S * 1_000_000_000L;
            history.look();
        }
    }

    /** All of the page, in both themes, wide and narrow; nothing may be cut off. */
    private void shoot(String name) throws Exception {
        for (int width : new int[] {WIDE, NARROW}) {
            browser.resize(width, HEIGHT);
            assertEquals("", browser.run(CUT_OFF), name + " at " + width);
            assertTrue(
                    Boolean.parseBoolean(
                            browser.run("return document.getElementById('findings').getBoundingClientRect().bottom"
                                    + " <= Math.min(...[...document.querySelectorAll('.plot')].filter(e => e.offsetParent)"
                                    + ".map(e => e.getBoundingClientRect().top))")),
                    "a chart above what is wrong");
            browser.resize(
                    width, (int) Double.parseDouble(browser.run("return document.documentElement.scrollHeight")));
            for (String theme : new String[] {"light", "dark"}) {
                browser.run("document.documentElement.dataset.theme = '" + theme + "'");
                browser.screenshot(SCREENSHOTS.resolve(name + "-" + width + "-" + theme + ".png"));
            }
        }
        browser.resize(WIDE, HEIGHT);
    }

    @Test
    void shouldShowTheLastHourWhenItIsOpenedLate() throws Exception {
        running.addRule();
        passAnHour();
        open();
        browser.awaitText("range", "Last hour");
        browser.awaitText("ports", "8080");
        String[] values = browser.run("return [...document.querySelectorAll('#target-plots path.line0')]"
                        + ".map(line => (line.getAttribute('d').match(/[ML]/g) || []).length).join()")
                .split(",");
        assertTrue(Integer.parseInt(values[0]) > POINTS / 2, "SYN/ACK delays except in the lull: " + values[0]);
        assertEquals(Integer.toString(POINTS), values[4], "bytes a second of every point");
        assertTrue(text("ports").contains("SYN/ACK 50 / 99 %"), text("ports"));
        assertTrue(text("ports").matches("(?s).*2xx \\d+, 5xx \\d+.*"), text("ports"));
        assertTrue(text("tunnels").contains("198.51.100.1:"), text("tunnels"));
        assertTrue(text("lanes").contains("nfqueue:0"), text("lanes"));
        assertTrue(text("counters").contains("Answers forwarded"), text("counters"));
        assertTrue(text("counters").contains("intercept_forwarded_total"), text("counters"));
        shoot("loaded");
        showDelaysOfFirstBytes();
    }

    /** Which the backend of this test does not measure. Each look is one script, since the page goes on asking. */
    private void showDelaysOfFirstBytes() throws Exception {
        assertTrue(!text("ports").contains("First byte"), text("ports"));
        assertTrue(!text("target-plots").contains("First byte"), text("target-plots"));
        String measured = "const target = structuredClone(last.target);"
                + " target.ports[0].first_byte_delay = { measured: 5, p50Ns: 4.2e6, p99Ns: 91e6 }; showTarget(target); ";
        String shown = browser.run(measured + "return document.getElementById('ports').innerText"
                + " + document.getElementById('target-plots').innerText");
        assertTrue(shown.contains("First byte 50 / 99 %"), shown);
        assertTrue(shown.contains("4.2 ms / 91 ms"), shown);
        assertTrue(shown.contains("First byte after the request"), shown);
        for (int width : new int[] {WIDE, NARROW}) {
            browser.resize(width, HEIGHT);
            assertEquals("", browser.run(measured + CUT_OFF), "at " + width);
        }
    }

    @Test
    void shouldShowTheValuesOfAMomentUnderTheMouseAndTheArrowKeys() throws Exception {
        running.addRule();
        passAnHour();
        open();
        browser.awaitText("range", "Last hour");
        String place = browser.run(
                "const e = document.querySelector('#own-plots svg'); e.scrollIntoView({block: 'center'});"
                        + " const box = e.getBoundingClientRect(); return Math.round(box.left + box.width / 4) + ' ' + Math.round(box.top + 9)");
        String[] xy = place.split(" ");
        browser.point(Integer.parseInt(xy[0]), Integer.parseInt(xy[1]));
        browser.awaitText("own-plots", "at ");
        browser.screenshot(SCREENSHOTS.resolve("hover.png"));
        assertEquals(
                browser.run("return document.querySelectorAll('.plot').length"), moments(), "the same moment in all");
        assertTrue(text("own-plots").matches("(?s).*forwarded [\\d.]+/s.*"), text("own-plots"));
        browser.point(1, 1);
        assertEquals("0", moments());

        browser.run("document.querySelector('#target-plots svg').focus()");
        String latest = shown();
        browser.press(LEFT);
        assertNotEquals(latest, shown());
        browser.press(HOME);
        assertEquals("0", browser.run("return document.activeElement.getAttribute('aria-valuenow')"));
        assertTrue(shown().matches("\\d\\d:\\d\\d:\\d\\d: 50 % .*, 99 % .*"), shown());
    }

    private static String moments() throws Exception {
        return browser.run("return [...document.querySelectorAll('.when')].filter(e => e.textContent).length");
    }

    private static String shown() throws Exception {
        return browser.run("return document.activeElement.getAttribute('aria-valuetext')");
    }

    @Test
    void shouldBeGreenWhileAnswersReachATcpcopyAndOnlyThen() throws Exception {
        running.addRule();
        running.addRoutes(3);
        open();
        for (int i = 0; i < PATIENCE && !text("state").equals("running: answers reach their tcpcopy"); i++) {
            running.respond(5);
        }
        assertEquals("good", browser.run("return document.getElementById('state').className"), text("state"));
        assertTrue(text("findings").startsWith("Nothing: "), text("findings"));
        browser.press("p");
        browser.run("reachedAt = -Infinity; findings([], judge({ ...last, findings: [] }))");
        assertEquals("connected, no answers now", text("state"));
        assertEquals("", browser.run("return document.getElementById('state').className"));
        assertTrue(text("findings").contains("Next: send a request"), text("findings"));
        running.tcpcopy.close();
        browser.press("p");
        browser.awaitText("state", "waiting for a tcpcopy");
        assertEquals("", browser.run("return document.getElementById('state').className"));
    }

    @Test
    void shouldSayHowToStartATcpcopyWhileThereIsNone() throws Exception {
        running.tcpcopy.close();
        open();
        browser.awaitText("findings", "Next: no-tcpcopy");
        browser.awaitText("findings", "tcpcopy -x ONLINE_PORT-");
        browser.awaitText("state", "waiting for a tcpcopy");
        assertTrue(text("target").startsWith("No answer of the target has come"), text("target"));
        shoot("idle");
    }

    @Test
    void shouldShowWhatIsWrongWithItsRemedy() throws Exception {
        running.addRule();
        passAnHour();
        running.removeRule();
        open();
        running.awaitFindings(1);
        browser.awaitText("findings", "FAIL rule-missing");
        assertTrue(
                text("findings").contains("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0"),
                text("findings"));
        browser.awaitText("state", "failing");
        nowNs += BETWEEN_S * 1_000_000_000L;
        history.look();
        browser.run("historyAt = -Infinity");
        browser.awaitText("own-plots", "failure");
        shoot("wrong");
        showTheLongest();
        shoot("longest");
    }

    /** As the kinds of finding have it, with a fact and a remedy as long as a host with many devices makes them. */
    private static void showTheLongest() throws Exception {
        browser.press("p");
        browser.awaitText("state", "paused");
        List<Finding> longest = new ArrayList<>();
        for (FindingId id : FindingId.values()) {
            if (id.why().length() > 90) {
                String devices = "eth0 to eth31 and bond0.4094 have it so: ".repeat(6) + "a".repeat(90);
                String remedy =
                        String.join(" && ", Collections.nCopies(9, "sysctl -w net.ipv4.conf.bond0/4094.rp_filter=2"));
                longest.add(Finding.fail(id, devices, remedy + "  # on the target, for each device")
                        .about(id.label()));
            }
        }
        browser.run("findings(" + FindingTexts.array(longest) + ", { kind: '', text: '' })");
    }

    /** The page of another host, over plain http, is given no clipboard. */
    @Test
    void shouldCopyACommandWithoutWhatIsSaidOfIt() throws Exception {
        running.tcpcopy.close();
        open(Browser.OTHER_HOST);
        browser.awaitText("findings", "Next: no-tcpcopy");
        assertEquals("false", browser.run("return isSecureContext"));
        browser.run("[...document.querySelectorAll('.finding button')].pop().click()");
        browser.awaitText("findings", "Selected: copy it with Ctrl+C");
        String selected = browser.run("return getSelection().toString()");
        assertTrue(selected.matches("tcpcopy -x \\S+ -s \\S+( -p \\d+)?"), selected);
        assertTrue(text("findings").contains("\non the online server"), text("findings"));
    }

    @Test
    void shouldBeUsableWithTheKeyboardAlone() throws Exception {
        open();
        browser.awaitText("about", "nfqueue");
        String before = browser.run("return document.documentElement.dataset.theme");
        browser.press("t");
        assertNotEquals(before, browser.run("return document.documentElement.dataset.theme"));
        String range = text("range");
        browser.press(TAB);
        assertEquals("range", browser.run("return document.activeElement.id"));
        assertNotEquals("none", browser.run("return getComputedStyle(document.activeElement).outlineStyle"));
        browser.press(ENTER);
        assertNotEquals(range, text("range"));
        browser.press("p");
        assertEquals("paused", text("state"));
        browser.press("p");
        browser.awaitText("state", "c"); // Waiting for a tcpcopy, or connected.
        assertNotEquals("paused", text("state"));
    }

    @Test
    void shouldSayThatInterceptIsGone() throws Exception {
        open();
        browser.awaitText("about", "nfqueue");
        web.close();
        browser.awaitText("state", "no answer from intercept");
    }

    @Test
    void shouldHaveANameForEveryCounter() throws Exception {
        open();
        browser.awaitText("about", "nfqueue");
        for (Counter counter : Counter.values()) {
            assertEquals("true", browser.run("return '" + counter.label() + "' in COUNTERS"), counter.label());
        }
    }
}
