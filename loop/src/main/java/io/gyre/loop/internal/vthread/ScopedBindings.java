package io.gyre.loop.internal.vthread;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bindings of {@link ScopedValue}s in a thread, in a form that can be passed to another thread.
 *
 * <p>A convenience: on a JDK whose scoped values are implemented differently, this warns once and passes nothing on.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> JDK 25 to 28, {@code Thread.inheritScopedValueBindings} and {@code ScopedValue.Carrier.runWith}. The
 * JDK itself passes bindings on only in {@code StructuredTaskScope}.
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
     * A JDK may keep the names and change what they mean, so a value is passed on once before anything is used.
     *
     * Capturing costs about a nanosecond (decisions/0010).
     */
    private static final System.Logger LOG = System.getLogger("io.gyre.loop");

    private static final Members MEMBERS = new Members("the inheritance of scoped values");
    private static final String THREAD = "java.lang.Thread";
    private static final String SNAPSHOT = "java.lang.ScopedValue$Snapshot";

    private static final MethodHandle FIELD_OF_CURRENT = MEMBERS.find(
            THREAD,
            "scopedValueBindings",
            MethodType.methodType(Object.class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(Object.class)));

    private static final MethodHandle SET_FIELD_OF_CURRENT = MEMBERS.find(
            THREAD,
            "setScopedValueBindings",
            MethodType.methodType(void.class, Object.class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(void.class, Object.class)));

    private static final MethodHandle SET_FIELD = MEMBERS.find(
            THREAD,
            "scopedValueBindings",
            MethodType.methodType(void.class, Thread.class, Object.class),
            (lookup, owner, name) -> lookup.findSetter(owner, name, Object.class));

    private static final MethodHandle SET_CACHE = MEMBERS.find(
            THREAD,
            "setScopedValueCache",
            MethodType.methodType(void.class, Object[].class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(void.class, Object[].class)));

    private static final MethodHandle RUN_WITH = MEMBERS.find(
            THREAD,
            "runWith",
            MethodType.methodType(void.class, Thread.class, Object.class, Runnable.class),
            (lookup, owner, name) ->
                    lookup.findVirtual(owner, name, MethodType.methodType(void.class, Object.class, Runnable.class)));

    private static final MethodHandle FIND = MEMBERS.find(
            "java.lang.ScopedValue",
            "scopedValueBindings",
            MethodType.methodType(Object.class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(Class.forName(SNAPSHOT))));

    private static final @Nullable Object NEW = MEMBERS.get(MEMBERS.find(
            THREAD,
            "NEW_THREAD_BINDINGS",
            MethodType.methodType(Object.class),
            (lookup, owner, name) -> lookup.findStaticGetter(owner, name, Object.class)));

    private static final @Nullable Object EMPTY = MEMBERS.get(MEMBERS.find(
            SNAPSHOT,
            "EMPTY_SNAPSHOT",
            MethodType.methodType(Object.class),
            (lookup, owner, name) -> lookup.findStaticGetter(owner, name, owner)));

    private static final boolean WORKS = works();

    private ScopedBindings() {}

    /** Passes a value on to the calling thread itself; warns if this does not work. */
    private static boolean works() {
        if (!RequiredFlag.isGiven()) {
            return false; // no loop can be created, which says so
        }
        var value = ScopedValue.<String>newInstance();
        try {
            if (MEMBERS.isComplete()) {
                // Its class is first needed after a stack overflow, and a class whose initialiser overflows is lost for
                // good.
                Object _ = (Object) FIND.invokeExact();
                Object before = captured();
                Object bound = ScopedValue.where(value, "passed on").call(ScopedBindings::captured);
                runWith(Objects.requireNonNull(bound), value::get);
                if (!value.isBound() && captured() == before) {
                    return true;
                }
                MEMBERS.addMissing("bindings of scoped values that end", new IllegalStateException());
            }
        } catch (Throwable e) {
            MEMBERS.addMissing("bindings of scoped values that can be passed on", e);
        }
        LOG.log(
                Level.WARNING,
                MEMBERS.description() + ". Tasks, callbacks and offloaded calls do not inherit scoped values;"
                        + " everything else works.",
                MEMBERS.cause());
        return false;
    }

    /** {@return the bindings of the current thread, or null if nothing is bound} */
    public static @Nullable Object capture() {
        return WORKS ? captured() : null;
    }

    private static @Nullable Object captured() {
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
            throw VirtualThreads.unchecked(e);
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
                throw VirtualThreads.unchecked(e);
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
        } else {
            runWith(bindings, body);
        }
    }

    private static void runWith(Object bindings, Runnable body) {
        Object previous = replace(bindings);
        try {
            RUN_WITH.invokeExact(Thread.currentThread(), bindings, body);
        } catch (Throwable e) {
            throw VirtualThreads.unchecked(e);
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
            throw VirtualThreads.unchecked(e);
        }
    }
}
