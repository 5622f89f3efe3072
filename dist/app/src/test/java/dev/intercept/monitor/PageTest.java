package dev.intercept.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. Screenshots are left in target/screenshots for people to look at. */
class PageTest {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String TAB = "\uE004";
    private static final String ENTER = "\uE007";
    private static final int WAIT_S = 120;

    /** The browser may still write to its profile when it was told to end. */
    @TempDir(cleanup = CleanupMode.NEVER)
    Path profile;

    private RunningIntercept running;
    private WebServer web;
    private Browser browser;

    @BeforeEach
    void start() throws Exception {
        running = new RunningIntercept();
        web = new WebServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                running.intercept,
                running.diagnosis,
                "1.0");
        browser = new Browser(profile, 1200, 1250);
        Files.createDirectories(SCREENSHOTS);
    }

    @AfterEach
    void stop() throws Exception {
        browser.close();
        web.close();
        running.close();
    }

    private void open() throws Exception {
        browser.open("http://127.0.0.1:" + web.address().getPort() + "/");
    }

    private String text(String id) throws Exception {
        return browser.run("return document.getElementById('" + id + "').innerText");
    }

    private void awaitText(String id, String part) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
        while (!text(id).contains(part)) {
            assertTrue(System.nanoTime() < endNs, id + " does not show '" + part + "' but: " + text(id));
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Test
    void shouldShowRatesTunnelsLanesAndCountersWhileAllIsWell() throws Exception {
        running.addRule();
        running.addRoutes(3);
        open();
        awaitText("state", "running");
        for (int i = 0; i < 30; i++) {
            running.respond(20 + 10 * (i % 7));
            TimeUnit.MILLISECONDS.sleep(200);
        }
        awaitText("counters", "forwarded");
        assertTrue(text("findings").startsWith("Nothing: "), text("findings"));
        assertTrue(text("tunnels").contains("198.51.100.1:"), text("tunnels"));
        assertTrue(text("lanes").contains("nfqueue:0"), text("lanes"));
        int points = Integer.parseInt(browser.run(
                "return document.querySelector('.plot polyline').getAttribute('points').split(' ').length"));
        assertTrue(points >= 4, points + " points");
        assertEquals("false", browser.run("return document.documentElement.scrollWidth > innerWidth"));
        browser.run("document.documentElement.dataset.theme = 'light'");
        browser.screenshot(SCREENSHOTS.resolve("well-light.png"));
    }

    @Test
    void shouldShowWhatIsWrongWithItsRemedy() throws Exception {
        running.addRoutes(3);
        open();
        running.awaitFindings(1);
        awaitText("findings", "FAIL rule-missing");
        assertTrue(
                text("findings").contains("iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0"),
                text("findings"));
        awaitText("state", "failing");
        browser.run("document.documentElement.dataset.theme = 'dark'");
        browser.screenshot(SCREENSHOTS.resolve("wrong-dark.png"));
        browser.run("document.documentElement.dataset.theme = 'light'");
        browser.screenshot(SCREENSHOTS.resolve("wrong-light.png"));
        running.addRule();
        running.addRoutes(3);
        running.respond(1);
        awaitText("findings", "Nothing: ");
    }

    @Test
    void shouldBeUsableWithTheKeyboardAlone() throws Exception {
        open();
        awaitText("state", "running");
        String before = browser.run("return document.documentElement.dataset.theme");
        browser.press("t");
        assertNotEquals(before, browser.run("return document.documentElement.dataset.theme"));
        browser.press(TAB);
        assertEquals("pause", browser.run("return document.activeElement.id"));
        assertNotEquals("none", browser.run("return getComputedStyle(document.activeElement).outlineStyle"));
        browser.press(ENTER);
        assertEquals("paused", text("state"));
        browser.press("p");
        awaitText("state", "running");
    }

    @Test
    void shouldFitANarrowScreen() throws Exception {
        try (Browser phone = new Browser(Files.createDirectory(profile.resolve("phone")), 500, 900)) {
            phone.open("http://127.0.0.1:" + web.address().getPort() + "/");
            TimeUnit.SECONDS.sleep(2);
            assertEquals("false", phone.run("return document.documentElement.scrollWidth > innerWidth"));
            phone.screenshot(SCREENSHOTS.resolve("narrow.png"));
        }
    }

    @Test
    void shouldSayThatInterceptIsGone() throws Exception {
        open();
        awaitText("state", "running");
        web.close();
        awaitText("state", "no answer from intercept");
    }
}
