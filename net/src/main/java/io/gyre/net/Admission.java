package io.gyre.net;

import io.gyre.loop.LoopLocal;
import java.time.Duration;

/**
 * Decides whether more work may begin, by how late the loop is: the time that a step waits from ready to running.
 *
 * {@snippet :
 * Admission admission = Admission.byLag(Duration.ofMillis(10));
 * ServerOptions options = ServerOptions.defaults().withAdmission(admission, Overload.SHED);
 * TcpServer.serve(options, address, stream -> {
 *     for (Request request = read(stream); request != null; request = read(stream)) {
 *         stream.write(admission.admit() ? answer(request) : BUSY);
 *     }
 * });
 * }
 *
 * <p>A loop that gets more work than it can do serves everybody too late. One that refuses early what it cannot do in
 * time serves the rest in time. A server with {@link ServerOptions#withAdmission} applies this to new connections; a
 * handler asks {@link #admit} before each request, and answers a refused one as cheaply as it can. A handler that asks
 * first of all can also give a new connection an answer before it closes it.
 *
 * <p>The loop is late as soon as a ready step waits longer than the target. It is late until one waits no longer than
 * half the target, so that servers do not pause and resume all the time. While it is late, work is admitted for
 * half the target in each tick, and refused for the rest of the tick. The first time in a while is
 * logged as one line at level WARNING.
 *
 * <p>The lag counts steps of the loop. Requests that one connection sends ahead wait in its socket, where nobody sees
 * them: with few connections choose a target below the time that one request of each of them takes.
 *
 * <p>Each loop has a lag and counts of its own. The same object serves all loops of a {@link ServerGroup}. Create it
 * once for a server, not once for a connection: each loop keeps its part until it closes.
 *
 * <p><b>Confinement:</b> tasks and callbacks of any loop; each speaks of the loop of its caller.
 */
public final class Admission {
    /** Many times what a tick takes. */
    private static final Duration SMALLEST_TARGET = Duration.ofMillis(1);

    private final Duration target;
    private final LoopLocal<LagGauge> gauge;

    private Admission(Duration target) {
        this.target = target;
        this.gauge = LoopLocal.withInitial(() -> new LagGauge(target));
    }

    /**
     * {@return an admission that refuses work while the loop is late}
     *
     * @param target how long a ready step may wait; a tenth of the time that clients wait for an answer is a good
     *     beginning
     * @throws IllegalArgumentException if the target is less than 1 ms: a loop without work would count as late
     */
    public static Admission byLag(Duration target) {
        if (target.compareTo(SMALLEST_TARGET) < 0) {
            throw new IllegalArgumentException("the target of the lag is " + target + "; it must be 1 ms or more");
        }
        return new Admission(target);
    }

    /**
     * What happened on one loop so far.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param admitted how often {@link #admit} admitted work
     * @param refused how often it refused work
     * @param episodes how often the loop became late after a second or more without being late
     */
    public record Statistics(long admitted, long refused, long episodes) {}

    /**
     * Asks whether a piece of work may begin, and counts the answer. <b>Suspends:</b> no.
     *
     * @return whether it may; if not, refuse it at once
     */
    public boolean admit() {
        return gauge.get().admit();
    }

    /** {@return whether the loop is late} <b>Suspends:</b> no. */
    public boolean isLate() {
        return gauge.get().isLate();
    }

    /**
     * {@return how long a ready step waited when it was last measured, or waits now if that is longer}
     *
     * <p>It is measured when somebody asks {@link #admit} or {@link #isLate}, and while the loop is late: zero if
     * nobody has asked. <b>Suspends:</b> no.
     */
    public Duration lag() {
        return gauge.get().lag();
    }

    /** {@return how long a ready step may wait} Any thread. */
    public Duration target() {
        return target;
    }

    /** {@return the counts of the current loop} <b>Suspends:</b> no. */
    public Statistics statistics() {
        return gauge.get().statistics();
    }

    /** {@return what {@link #admit} would answer, without counting it} */
    boolean mayBegin() {
        return gauge.get().mayBegin();
    }

    /** Suspends until the loop is no longer late. */
    void awaitInTime() {
        gauge.get().awaitInTime();
    }

    @Override
    public String toString() {
        return "Admission[target " + target + "]";
    }
}
