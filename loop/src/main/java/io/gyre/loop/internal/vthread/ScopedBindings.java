package io.gyre.loop.internal.vthread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of {@link ScopedValue}s in a thread, in a form that can be passed to another thread.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> JDK 25, {@code Thread.inheritScopedValueBindings} and {@code ScopedValue.Carrier.runWith}. The JDK
 * itself passes bindings on only in {@code StructuredTaskScope}.
 */
public final class ScopedBindings {
    /*
     * Design.
     *
     * The bindings of a thread are an immutable linked list, so a capture reads one field. The JDK marks a thread
     * without any bindings with NEW, and clears the field when a stack overflow may have left it wrong; then it
     * searches the stack for the list, in the frames of methods named runWith. So bindings are installed by the JDK's
     * own Thread.runWith, or before a thread starts, because its first frame is that method.
     *
     * Each thread caches the values that it has looked up; the cache is dropped whenever the bindings change.
     *
     * Capturing costs about a nanosecond (decisions/0010).
     */
    private static final MethodHandle FIELD_OF_CURRENT;
    private static final MethodHandle SET_FIELD_OF_CURRENT;
    private static final MethodHandle SET_FIELD;
    private static final MethodHandle FIND;
    private static final MethodHandle SET_CACHE;
    private static final MethodHandle RUN_WITH;
    private static final Object NEW;
    private static final Object EMPTY;

    static {
        RequiredFlag.check();
        try {
            var lookup = MethodHandles.lookup();
            var inThread = MethodHandles.privateLookupIn(Thread.class, lookup);
            FIELD_OF_CURRENT =
                    inThread.findStatic(Thread.class, "scopedValueBindings", MethodType.methodType(Object.class));
            SET_FIELD_OF_CURRENT = inThread.findStatic(
                    Thread.class, "setScopedValueBindings", MethodType.methodType(void.class, Object.class));
            SET_FIELD = inThread.findSetter(Thread.class, "scopedValueBindings", Object.class);
            SET_CACHE = inThread.findStatic(
                    Thread.class, "setScopedValueCache", MethodType.methodType(void.class, Object[].class));
            RUN_WITH = inThread.findVirtual(
                    Thread.class, "runWith", MethodType.methodType(void.class, Object.class, Runnable.class));
            NEW = inThread.findStaticGetter(Thread.class, "NEW_THREAD_BINDINGS", Object.class)
                    .invoke();
            var snapshot = Class.forName("java.lang.ScopedValue$Snapshot");
            FIND = MethodHandles.privateLookupIn(ScopedValue.class, lookup)
                    .findStatic(ScopedValue.class, "scopedValueBindings", MethodType.methodType(snapshot))
                    .asType(MethodType.methodType(Object.class));
            // Its class is first needed after a stack overflow, and a class whose initializer overflows is lost for
            // good.
            Object unused = FIND.invokeExact();
            EMPTY = MethodHandles.privateLookupIn(snapshot, lookup)
                    .findStaticGetter(snapshot, "EMPTY_SNAPSHOT", snapshot)
                    .invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "Gyre runs on JDK 25; this is " + Runtime.version()
                            + ", whose scoped values are implemented differently."
                            + " Start the program with a JDK 25.",
                    e);
        }
    }

    private ScopedBindings() {}

    /** {@return the bindings of the current thread, or null if nothing is bound} */
    public static @Nullable Object capture() {
        try {
            Object bindings = FIELD_OF_CURRENT.invokeExact();
            if (bindings == NEW) {
                return null;
            }
            if (bindings == null) {
                bindings = FIND.invokeExact();
            }
            return bindings == EMPTY ? null : bindings;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Passes the bindings of the current thread to another thread.
     *
     * @param unstarted a thread that has not been started
     */
    public static void inherit(Thread unstarted) {
        Object bindings = capture();
        if (bindings != null) {
            try {
                SET_FIELD.invokeExact(unstarted, bindings);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }
    }

    /**
     * Runs a body with bindings in place of the current thread's own, or with the thread's own if {@code bindings} is
     * null.
     *
     * @param bindings the result of {@link #capture}
     * @param body what to run; its exceptions propagate unchanged
     */
    public static void run(@Nullable Object bindings, Runnable body) {
        if (bindings == null) {
            body.run();
            return;
        }
        Object previous = replace(bindings);
        try {
            RUN_WITH.invokeExact(Thread.currentThread(), bindings, body);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            replace(previous);
        }
    }

    private static @Nullable Object replace(@Nullable Object bindings) {
        try {
            Object previous = FIELD_OF_CURRENT.invokeExact();
            SET_FIELD_OF_CURRENT.invokeExact(bindings);
            SET_CACHE.invokeExact((Object[]) null);
            return previous;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Rethrows the errors that the JVM itself may throw anywhere. */
    private static IllegalStateException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a JDK method failed unexpectedly; please report this", e);
    }
}
