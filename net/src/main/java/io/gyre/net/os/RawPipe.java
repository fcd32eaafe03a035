package io.gyre.net.os;

import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The pipes that come from a process as the system has them. The one place of this module that looks into the JDK. */
final class RawPipe {
    /*
     * Design.
     *
     * When a process ends, the JDK reads what is in its pipes and closes them. What the children of the process write after
     * that is lost, and the signal SIGPIPE kills them. So the stream below the JDK's is taken away from it, at once when the
     * process has started, and an empty one is put in its place. The field is one that a subclass in java.lang inherits, which is
     * open to this library as the loop needs it. Where the JDK is built otherwise, its own stream does.
     */
    private static final @Nullable VarHandle BELOW = below();

    private RawPipe() {}

    private static @Nullable VarHandle below() {
        try {
            Class<?> pipe = Class.forName("java.lang.ProcessImpl$ProcessPipeInputStream");
            return MethodHandles.privateLookupIn(pipe, MethodHandles.lookup())
                    .findVarHandle(pipe, "in", InputStream.class);
        } catch (ReflectiveOperationException | RuntimeException builtOtherwise) {
            return null;
        }
    }

    /** Gets ready, which takes longer than some processes live. */
    static void prepare() {
        takenFrom(InputStream.nullInputStream());
    }

    /** {@return the stream below one of a process, which is the caller's to close; or that itself} */
    static InputStream takenFrom(InputStream pipe) {
        return BELOW != null && BELOW.coordinateTypes().getFirst().isInstance(pipe)
                ? (InputStream) BELOW.getAndSet(pipe, InputStream.nullInputStream())
                : pipe;
    }
}
