package io.gyre.net.dns;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopLocal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads in which a loop's host names are looked up. Daemons: they never keep the process alive. */
final class LookupPool {
    /*
     * Design.
     *
     * Apart from the threads for other offloaded calls: a few slow name servers would keep those from running, and a few
     * slow calls would look like a name server that is down (https://github.com/python/cpython/issues/112169).
     *
     * The system's resolver does not react to interrupts, so a look-up that nobody waits for any more is left to itself,
     * and a closed loop does not wait for these threads. They end when they have been idle for a while.
     *
     * A name whose servers are dead holds a thread for as long as the system tries, so nothing may hold more than its
     * share. A look-up that has begun is `running` until it has ended, whoever still waits, and who asks for the same
     * joins it: a name holds one thread at the most. One that has not begun when its last waiter leaves never begins.
     * There are more threads than dead names that anybody asks for at a time; beyond that, they wait in order.
     */

    /** So many names may be dead at once without that the others wait. A thread that waits for the system takes some 100 KiB. */
    private static final int MAX_THREADS = 256;

    private static final int KEEP_ALIVE_SECONDS = 10;

    private static final Duration PAUSE_WITHOUT_MEMORY = Duration.ofMillis(10);

    private static final LoopLocal<LookupPool> OF_LOOP = LoopLocal.withInitial(LookupPool::new);

    private final EventLoop loop = EventLoop.current();
    private final Threads threads;
    private final Map<Object, Lookup<?>> running = new HashMap<>();

    private LookupPool() {
        this(MAX_THREADS);
    }

    /** Makes one that is apart from the loop's own, and smaller. */
    LookupPool(int maxThreads) {
        threads = new Threads(maxThreads);
    }

    /** {@return the one of the current loop} */
    static LookupPool ofLoop() {
        return OF_LOOP.get();
    }

    /** Looks up a host name. Suspends until the system has answered; a cancellation ends the wait at once. */
    static InetAddress[] lookUp(String host) throws UnknownHostException {
        return ofLoop().ask(host, () -> InetAddress.getAllByName(host));
    }

    /** Looks up the name of an address; the address in digits if it has none. Suspends as {@link #lookUp} does. */
    static String nameOf(InetAddress address) throws UnknownHostException {
        return ofLoop().ask(address, () -> address.getCanonicalHostName());
    }

    /** Has a question answered by a call of the system, or by the one that runs for the same question already. Suspends. */
    @SuppressWarnings("unchecked") // the type of the answer is that of the question: a name or an address
    <T> T ask(Object question, Callable<T> call) throws UnknownHostException {
        Lookup<T> present = (Lookup<T>) running.computeIfAbsent(question, key -> new Lookup<>(question, call));
        return present.await();
    }

    /** {@return to how many questions the system has not answered yet} */
    int runningQuestions() {
        return running.size();
    }

    /** One question to the system. On the loop, but for the call itself. */
    private final class Lookup<T> {
        private final Object question;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final Runnable body;
        private int waiters;

        Lookup(Object question, Callable<T> call) {
            this.question = question;
            this.body = () -> {
                T found;
                try {
                    found = call.call();
                } catch (Throwable failure) {
                    end(() -> answer.completeExceptionally(failure));
                    return;
                }
                end(() -> answer.complete(found));
            };
            threads.execute(body);
        }

        /** In the thread of the look-up: without memory the answer is given later. Who asks from now on gets a new one. */
        private void end(Runnable tell) {
            for (; ; ) {
                try {
                    loop.callSoonThreadsafe(() -> {
                        running.remove(question, this);
                        tell.run();
                    });
                    return;
                } catch (LoopClosedException closed) {
                    return; // nobody asks any more
                } catch (OutOfMemoryError e) {
                    pause();
                }
            }
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_WITHOUT_MEMORY);
            } catch (InterruptedException e) {
                // nobody interrupts this thread
            }
        }

        T await() throws UnknownHostException {
            waiters++;
            try {
                return Async.await(answer);
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof UnknownHostException unknown) {
                    throw unknown;
                }
                throw failed;
            } finally {
                waiters--;
                // A queue that gives the look-up back has not begun it, and never will.
                if (waiters == 0 && threads.getQueue().remove(body)) {
                    running.remove(question, this);
                }
            }
        }
    }

    private static final class Threads extends ThreadPoolExecutor {
        Threads(int max) {
            super(
                    max,
                    max,
                    KEEP_ALIVE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Thread.ofPlatform().daemon().name("gyre-lookup-", 1).factory());
            allowCoreThreadTimeOut(true);
        }

        /** If no further thread can be started, the look-up waits for one that is there. */
        @Override
        public void execute(Runnable lookup) {
            try {
                super.execute(lookup);
            } catch (OutOfMemoryError noThread) {
                getQueue().add(lookup);
                if (getPoolSize() == 0 && remove(lookup)) {
                    throw noThread;
                }
            }
        }
    }
}
