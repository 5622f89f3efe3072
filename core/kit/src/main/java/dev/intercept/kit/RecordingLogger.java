package dev.intercept.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

/** Keeps the lines it is given: {@code LEVEL text}. */
public final class RecordingLogger implements System.Logger {

    public final List<String> lines = new ArrayList<>();

    @Override
    public String getName() {
        return "recording";
    }

    @Override
    public boolean isLoggable(Level level) {
        return true;
    }

    @Override
    public synchronized void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        lines.add(level + " " + message);
    }

    @Override
    public synchronized void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        lines.add(level + " " + format);
    }
}
