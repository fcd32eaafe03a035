package io.gyre.net.os;

import io.gyre.loop.LowLevel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;

/** Installs signal handlers through the JDK. */
final class JdkSignals {
    /*
     * Design.
     *
     * Method handles, because javac warns of each mention of sun.misc.Signal, and the warning cannot be suppressed.
     *
     * For some signals the JVM has native handlers of its own, yet lets us replace them: BUS is how it detects that a
     * mapped file was truncated, PIPE and XFSZ are write errors, and USR2 suspends threads.
     */
    private static final Set<String> OF_THE_JVM = Set.of("BUS", "PIPE", "XFSZ", "USR2");

    private static final Class<?> SIGNAL = classNamed("sun.misc.Signal");
    private static final Class<?> HANDLER = classNamed("sun.misc.SignalHandler");
    private static final MethodHandle NEW = handle(() ->
            MethodHandles.publicLookup().findConstructor(SIGNAL, MethodType.methodType(void.class, String.class)));
    private static final MethodHandle NUMBER = handle(
            () -> MethodHandles.publicLookup().findVirtual(SIGNAL, "getNumber", MethodType.methodType(int.class)));
    private static final MethodHandle HANDLE = handle(() ->
            MethodHandles.publicLookup().findStatic(SIGNAL, "handle", MethodType.methodType(HANDLER, SIGNAL, HANDLER)));
    private static final MethodHandle RAISE = handle(
            () -> MethodHandles.publicLookup().findStatic(SIGNAL, "raise", MethodType.methodType(void.class, SIGNAL)));
    private static final MethodHandle RUN = handle(
            () -> MethodHandles.publicLookup().findVirtual(Runnable.class, "run", MethodType.methodType(void.class)));

    private JdkSignals() {}

    /**
     * {@return the number of a signal}
     *
     * @throws IllegalArgumentException if there is no such signal, or the JVM needs it
     */
    static int number(String name) {
        if (OF_THE_JVM.contains(name)) {
            throw new IllegalArgumentException("the signal " + name
                    + " cannot be received: the JVM uses it. Use USR1 or HUP for your own purposes.");
        }
        return (int) call(NUMBER, signal(name));
    }

    private static Object signal(String name) {
        try {
            return call(NEW, name);
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "there is no signal " + name + ". Use a name of kill(1) without SIG: TERM, INT, HUP or USR1.",
                    unknown);
        }
    }

    /**
     * An installed signal handler.
     *
     * @param name the signal
     * @param mine the handler
     * @param before the previous handler
     */
    record Handler(String name, Object mine, Object before) {
        /** Restores the previous handler, unless other code has replaced ours since. */
        void restore() {
            Object present = call(HANDLE, signal(name), before);
            if (present != mine) {
                call(HANDLE, signal(name), present);
            }
        }
    }

    /**
     * Installs a handler for a signal; the JVM runs it in a new thread each time.
     *
     * @throws IllegalArgumentException if the signal cannot be handled
     */
    static Handler handle(String name, Runnable handler) {
        MethodHandle target = MethodHandles.dropArguments(RUN.bindTo(handler), 0, SIGNAL);
        Object mine = MethodHandleProxies.asInterfaceInstance(HANDLER, target);
        try {
            return new Handler(name, mine, call(HANDLE, signal(name), mine));
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "the signal " + name + " cannot be received: " + LowLevel.describe(refused.getMessage())
                            + ". No process can receive KILL or STOP; the JVM keeps QUIT, SEGV and the like; with -Xrs the system keeps INT, TERM and HUP.",
                    refused);
        }
    }

    /** Sends a signal to this process, for a JDK handler. */
    static void raise(String name) {
        call(RAISE, signal(name));
    }

    // ---- method handles

    @FunctionalInterface
    private interface LookedUp {
        MethodHandle find() throws ReflectiveOperationException;
    }

    private static MethodHandle handle(LookedUp looked) {
        try {
            return looked.find();
        } catch (ReflectiveOperationException e) {
            throw missing(e);
        }
    }

    private static Class<?> classNamed(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw missing(e);
        }
    }

    private static IllegalStateException missing(ReflectiveOperationException e) {
        return new IllegalStateException("signals need the module jdk.unsupported, which this Java runtime lacks", e);
    }

    @SuppressWarnings("NullAway") // the result of a void method is ignored
    private static Object call(MethodHandle method, Object... arguments) {
        try {
            return method.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
