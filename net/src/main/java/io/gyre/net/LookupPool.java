package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.LoopLocal;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads in which a loop's host names are looked up. Daemons: they never keep the process alive. */
final class LookupPool extends ThreadPoolExecutor {
    /*
     * Design.
     *
     * Apart from the threads for other offloaded calls: a few slow name servers would keep those from running, and a few
     * slow calls would look like a name server that is down (https://github.com/python/cpython/issues/112169).
     *
     * The system's resolver does not react to interrupts, so a look-up that nobody waits for any more is left to itself,
     * and a closed loop does not wait for these threads. They end when they have been idle for a while.
     */

    /** A name server that does not answer holds a thread for some 10 s; so many of them may be down at once. */
    private static final int MAX_THREADS = 8;

    private static final int KEEP_ALIVE_SECONDS = 10;

    private static final LoopLocal<Offloading> LOOKUPS =
            LoopLocal.withInitial(() -> Offloading.on(new LookupPool()).withOnCancel(OnCancel.ABANDON));

    private LookupPool() {
        super(
                MAX_THREADS,
                MAX_THREADS,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("gyre-lookup-", 1).factory());
        allowCoreThreadTimeOut(true);
    }

    /** Looks up a host name. Suspends until the system has answered; a cancellation ends the wait at once. */
    static InetAddress[] lookUp(String host) throws UnknownHostException {
        return Async.offload(LOOKUPS.get(), () -> InetAddress.getAllByName(host));
    }

    /** Looks up the name of an address; the address in digits if it has none. Suspends as {@link #lookUp} does. */
    static String nameOf(InetAddress address) {
        return Async.offload(LOOKUPS.get(), () -> address.getCanonicalHostName());
    }
}
