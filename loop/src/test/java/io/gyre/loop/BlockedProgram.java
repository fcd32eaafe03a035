package io.gyre.loop;

import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;

/** A program whose loop is blocked, by what its argument names, until it is killed. Its task is called 'blocked'. */
final class BlockedProgram {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private BlockedProgram() {}

    public static void main(String[] arguments) {
        EventLoop.run(() -> {
            Task<?> blocked = Async.createTask("blocked", () -> block(arguments[0], arguments[1]));
            Async.createTask("never begins", () -> NEVER.countDown());
            blocked.await();
        });
    }

    private static void block(String how, String with) throws IOException {
        switch (how) {
            case "compute" -> compute();
            case "file" -> open(with);
            case "lookUp" -> lookUp();
            case "initializer" -> Pinned.touch();
            case "native" -> sleepNatively();
            default -> throw new IllegalArgumentException(how);
        }
    }

    private static void compute() {
        while (NEVER.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    /** Of a named pipe that nobody writes to. */
    private static void open(String pipe) throws IOException {
        new FileInputStream(pipe).close();
    }

    /** Asks a name server that does not answer. */
    private static void lookUp() throws IOException {
        try (var silent = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53))) {
            while (!silent.isClosed()) {
                try {
                    InetAddress.getAllByName("somewhere.test");
                } catch (UnknownHostException gaveUp) {
                    // asks again
                }
            }
        }
    }

    /** Waits for a task that cannot run meanwhile. */
    private static final class Pinned {
        static {
            awaitOther();
        }

        private static void awaitOther() {
            try {
                NEVER.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        static void touch() {}
    }

    @SuppressWarnings("restricted")
    private static void sleepNatively() {
        Linker linker = Linker.nativeLinker();
        MethodHandle sleep = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("sleep"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int left = (int) sleep.invokeExact(1_000);
            throw new IllegalStateException("woken " + left + " s too early");
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }
}
