package dev.intercept.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Chromium without a window, driven by chromedriver in the words of W3C WebDriver. */
final class Browser implements AutoCloseable {

    /** Reaches this host, and is no more to be trusted for the browser than any other address. */
    static final String OTHER_HOST = "192.0.2.7";

    private static final String[] ARGUMENTS = {
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP " + OTHER_HOST + " 127.0.0.1"
    };

    private static final int PATIENCE_MS = 120_000;

    /** Ends as soon as the element shows the text. */
    private static final String AWAIT_TEXT = """
            const [id, part, done] = arguments;
            const isShown = () => document.getElementById(id).innerText.includes(part);
            if (isShown()) return done(true);
            const observer = new MutationObserver(() => { if (isShown()) { observer.disconnect(); done(true); } });
            observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    /** @param profile an empty directory */
    Browser(Path profile, int width, int height) throws IOException, InterruptedException {
        Driver started = Driver.start();
        driver = started.process();
        String base = "http://127.0.0.1:" + started.port() + "/session";
        JsonArray arguments = new JsonArray();
        for (String argument : ARGUMENTS) {
            arguments.add(argument);
        }
        arguments.add("--user-data-dir=" + profile);
        arguments.add("--window-size=" + width + "," + height);
        JsonObject options = object("goog:chromeOptions", object("args", arguments));
        JsonObject timeouts = new JsonObject();
        timeouts.addProperty("script", PATIENCE_MS);
        options.add("timeouts", timeouts);
        JsonElement answer = post(base, object("capabilities", object("alwaysMatch", options)));
        session = base + "/" + answer.getAsJsonObject().get("sessionId").getAsString();
    }

    /** A chromedriver that listens. */
    private record Driver(Process process, String port) {

        /** It takes the same free port for IPv4 as for IPv6, which is not always free there: then it ends, and is tried again. */
        private static final int ATTEMPTS = 5;

        static Driver start() throws IOException {
            StringBuilder said = new StringBuilder();
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Process process = new ProcessBuilder("chromedriver", "--port=0")
                        .redirectErrorStream(true)
                        .start();
                Optional<String> port = port(process.inputReader(), said);
                if (port.isPresent()) {
                    return new Driver(process, port.get());
                }
            }
            throw new IOException(
                    "chromedriver did not start; are chromium and chromium-driver installed? It said: " + said);
        }

        private static Optional<String> port(BufferedReader output, StringBuilder said) throws IOException {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                said.append(line).append('\n');
                if (line.contains("started successfully on port ")) {
                    return Optional.of(line.replaceAll(".*on port (\\d+).*", "$1"));
                }
            }
            return Optional.empty();
        }
    }

    private static JsonObject object(String name, JsonElement value) {
        JsonObject object = new JsonObject();
        object.add(name, value);
        return object;
    }

    private JsonElement post(String uri, JsonObject body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build());
    }

    private JsonElement send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(request.uri() + ": " + response.body());
        }
        return JsonParser.parseString(response.body()).getAsJsonObject().get("value");
    }

    void open(String uri) throws IOException, InterruptedException {
        JsonObject body = new JsonObject();
        body.addProperty("url", uri);
        post(session + "/url", body);
    }

    /** What a script returns, as text. */
    String run(String script) throws IOException, InterruptedException {
        JsonObject body = object("args", new JsonArray());
        body.addProperty("script", script);
        JsonElement value = post(session + "/execute/sync", body);
        return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    /** Waits until the element shows this text. */
    void awaitText(String id, String part) throws IOException, InterruptedException {
        JsonArray arguments = new JsonArray();
        arguments.add(id);
        arguments.add(part);
        JsonObject body = object("args", arguments);
        body.addProperty("script", AWAIT_TEXT);
        try {
            post(session + "/execute/async", body);
        } catch (IOException e) {
            String text = run("return document.getElementById('" + id + "').innerText");
            throw new AssertionError(id + " does not show '" + part + "' but: " + text, e);
        }
    }

    /** Of what is seen of the page, in its pixels. */
    void resize(int width, int height) throws IOException, InterruptedException {
        JsonObject view = new JsonObject();
        view.addProperty("width", width);
        view.addProperty("height", height);
        view.addProperty("deviceScaleFactor", 1);
        view.addProperty("mobile", false);
        JsonObject body = object("params", view);
        body.addProperty("cmd", "Emulation.setDeviceMetricsOverride");
        post(session + "/goog/cdp/execute", body);
    }

    /** Moves the mouse to a place in the window. */
    void point(int x, int y) throws IOException, InterruptedException {
        JsonObject action = new JsonObject();
        action.addProperty("type", "pointerMove");
        action.addProperty("x", x);
        action.addProperty("y", y);
        JsonArray actions = new JsonArray();
        actions.add(action);
        perform("pointer", actions);
    }

    /** Presses and releases one key, as a person does. */
    void press(String key) throws IOException, InterruptedException {
        JsonArray actions = new JsonArray();
        for (String type : new String[] {"keyDown", "keyUp"}) {
            JsonObject action = new JsonObject();
            action.addProperty("type", type);
            action.addProperty("value", key);
            actions.add(action);
        }
        perform("key", actions);
    }

    private void perform(String type, JsonArray actions) throws IOException, InterruptedException {
        JsonObject source = object("actions", actions);
        source.addProperty("type", type);
        source.addProperty("id", type);
        JsonArray sources = new JsonArray();
        sources.add(source);
        post(session + "/actions", object("actions", sources));
    }

    /** A PNG of what is in the window. */
    void screenshot(Path file) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(session + "/screenshot")).build();
        Files.write(file, Base64.getDecoder().decode(send(request).getAsString()));
    }

    @Override
    public void close() throws IOException {
        try {
            send(HttpRequest.newBuilder(URI.create(session)).DELETE().build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.destroy();
        }
    }
}
