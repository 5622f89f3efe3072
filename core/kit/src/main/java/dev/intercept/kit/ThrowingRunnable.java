package dev.intercept.kit;

/** Code that may throw anything. */
@FunctionalInterface
public interface ThrowingRunnable {
    void run() throws Exception;
}
