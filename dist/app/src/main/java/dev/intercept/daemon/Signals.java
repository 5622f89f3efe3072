package dev.intercept.daemon;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Runs code when a signal arrives, through {@code sun.misc.Signal}: the JDK has no other way to see SIGHUP.
 *
 * <p>By reflection, because the compiler warns about every mention of that class and the build takes warnings for errors.
 */
public final class Signals {

    private Signals() {}

    /**
     * From now on {@code name} calls {@code action}, each time on a thread of its own. A signal that was ignored when the
     * process started ({@code nohup}) stays ignored.
     *
     * @param name without SIG: {@code "TERM"}
     * @param action is given the name
     */
    public static void handle(String name, Consumer<String> action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.accept(name);
                        }
                        return null;
                    });
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot handle SIG" + name, e);
        }
    }
}
