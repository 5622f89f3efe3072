package dev.intercept.kit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged under a name while this is open, instead of being shown: {@code "WARNING text"}. Any thread. */
public final class LogLines extends Handler implements AutoCloseable {

    private final Logger logger;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final SimpleFormatter formatter = new SimpleFormatter();
    private int taken;

    /** The class whose name the logger has. */
    public LogLines(Class<?> of) {
        this(of.getName());
    }

    public LogLines(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(this);
        logger.setUseParentHandlers(false);
    }

    public List<String> lines() {
        return lines;
    }

    /** The first line that was not returned here before; waits for it. One thread. */
    public String next() throws Exception {
        Await.until("a line of " + logger.getName(), () -> lines.size() > taken);
        return lines.get(taken++);
    }

    @Override
    public void publish(LogRecord record) {
        lines.add(record.getLevel() + " " + formatter.formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
