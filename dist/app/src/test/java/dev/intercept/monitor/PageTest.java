package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final int SPEED = 10;
    private static final int POINTS = 30;
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 1250;

    /** One for all tests. It may still write to its profile when it was told to end. */
    @TempDir(cleanup = CleanupMode.NEVER)
    static Path profile;

    private static Browser browser;

    private RunningIntercept running;
    private WebServer web;

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = new Browser(profile, WIDTH, HEIGHT);
        Files.createDirectories(SCREENSHOTS);
    }

    @AfterAll
    static void stopBrowser() throws Exception {
        browser.close();
    }

    @BeforeEach
    void start() throws Exception {
        running = new RunningIntercept();
        web = new WebServer(
                WebServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                running.intercept,
                running.diagnosis,
                "1.0");
    }

    @AfterEach
    void stop() throws Exception {
        web.close();
        running.close();
    }

    /** Its seconds are short, as are those of the intercept that it shows. */
    private void open() throws Exception {
        browser.open("http://127.0.0.1:" + web.address().getPort() + "/");
        browser.run("const wait = setTimeout; window.setTimeout = (work, ms) => wait(work, ms / " + SPEED + ")");
    }

    private String text(String id) throws Exception {
        return browser.run("return document.getElementById('" + id + "').innerText");
    }

    private int points() throws Exception {
        return Integer.parseInt(browser.run(
                "return (document.querySelector('.plot polyline').getAttribute('points') || '').split(' ').length"));
    }

    @Test
    void shouldShowRatesTunnelsLanesAndCountersWhileAllIsWell() throws Exception {
        running.addRule();
        running.addRoutes(3);
        open();
        browser.awaitText("state", "running");
        for (int i = 0; points() < POINTS; i++) {
            running.respond(20 + 10 * (i % 7));
        }
        browser.awaitText("counters", "forwarded");
        assertTrue(text("findings").startsWith("Nothing: "), text("findings"));
        assertTrue(text("tunnels").contains("198.51.100.1:"), text("tunnels"));
        assertTrue(text("lanes").contains("nfqueue:0"), text("lanes"));
        assertEquals("false", browser.run("return document.documentElement.scrollWidth > innerWidth"));
        browser.run("document.documentElement.dataset.theme = 'light'");
        browser.screenshot(SCREENSHOTS.resolve("well-light.png"));
    }

    @Test
    void shouldShowWhatIsWrongWithItsRemedy() throws Exception {
        running.addRoutes(3);
        open();
        running.awaitFindings(1);
        browser.awaitText("findings", "FAIL rule-missing");
        assertTrue(
                text("findings").contains("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0"),
                text("findings"));
        browser.awaitText("state", "failing");
        browser.run("document.documentElement.dataset.theme = 'dark'");
        browser.screenshot(SCREENSHOTS.resolve("wrong-dark.png"));
        browser.run("document.documentElement.dataset.theme = 'light'");
        browser.screenshot(SCREENSHOTS.resolve("wrong-light.png"));
        running.addRule();
        running.addRoutes(3);
        running.respond(1);
        browser.awaitText("findings", "Nothing: ");
    }

    @Test
    void shouldBeUsableWithTheKeyboardAlone() throws Exception {
        open();
        browser.awaitText("state", "running");
        String before = browser.run("return document.documentElement.dataset.theme");
        browser.press("t");
        assertNotEquals(before, browser.run("return document.documentElement.dataset.theme"));
        browser.press(TAB);
        assertEquals("pause", browser.run("return document.activeElement.id"));
        assertNotEquals("none", browser.run("return getComputedStyle(document.activeElement).outlineStyle"));
        browser.press(ENTER);
        assertEquals("paused", text("state"));
        browser.press("p");
        browser.awaitText("state", "running");
    }

    @Test
    void shouldFitANarrowScreen() throws Exception {
        browser.resize(500, 900);
        try {
            open();
            browser.awaitText("state", "running");
            assertEquals("false", browser.run("return document.documentElement.scrollWidth > innerWidth"));
            browser.screenshot(SCREENSHOTS.resolve("narrow.png"));
        } finally {
            browser.resize(WIDTH, HEIGHT);
        }
    }

    @Test
    void shouldSayThatInterceptIsGone() throws Exception {
        open();
        browser.awaitText("state", "running");
        web.close();
        browser.awaitText("state", "no answer from intercept");
    }
}
