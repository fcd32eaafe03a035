package io.gyre.bench.scale;

import java.util.Locale;

/** What is asked, in the order of the report. */
public enum Question {
    SWITCH_READY(
            Part.TASKS,
            "Switch among N tasks that are all ready",
            "Nanoseconds of processor time for a switch. Each step goes to the task that has run least recently, so with many of them it finds"
                    + " nothing in the processor's caches; the bare virtual threads show what of the growth is due to that."),
    SWITCH_BESIDE(
            Part.TASKS,
            "Switch between two tasks beside N that sleep",
            "Nanoseconds of processor time for a switch. Two tasks take turns."),
    CREATE_BESIDE(
            Part.TASKS,
            "Create and await a task beside N that sleep",
            "Nanoseconds of processor time for a task, one after the other, from its creation until its result has been taken."),
    TIMER_CANCEL(
            Part.TIMERS,
            "Schedule a timer and take it back beside N that are pending",
            "Nanoseconds of processor time for callLater and cancel, as with a time-out that is not needed. All are due in an hour or two,"
                    + " in no order."),
    TIMER_REPLACE(
            Part.TIMERS,
            "Replace any of N timers that are pending",
            "Nanoseconds of processor time for callLater and the cancel of another timer, chosen at random. No recent operation has touched it,"
                    + " so with many of them each one misses the caches; the bare heap shows that by itself."),
    TIMER_FIRE(
            Part.TIMERS,
            "Schedule a timer and let it fire beside N that are pending",
            "Nanoseconds of processor time for callLater, firing and the callback. It is due before all the others, so it goes through the whole"
                    + " height of the heap; a thousand at a time."),
    CONNECTIONS_ACTIVE(
            Part.CONNECTIONS,
            "Echo on N connections that are all active",
            "Microseconds of the server's processor time for a message of 64 bytes; one message is under way on each"
                    + " connection."),
    CONNECTIONS_IDLE(
            Part.CONNECTIONS,
            "Echo on 10 connections beside N that are idle",
            "Microseconds of the server's processor time for a message of 64 bytes. The idle ones have been served once."),
    LOOPS_ECHO(Part.LOOPS, "plain echo of 64 bytes", ""),
    LOOPS_WORK(Part.LOOPS, "echo of 64 bytes with 15,000 steps of arithmetic", ""),
    MEMORY_TASK(Part.MEMORY, "sleeping task", ""),
    MEMORY_TIMER(Part.MEMORY, "pending timer", ""),
    MEMORY_CONNECTION(Part.MEMORY, "idle connection", ""),
    MEMORY_TLS(Part.TLS, "idle TLS connection", ""),
    TICKS(Part.TLS, "ticks beside handshakes", "");

    final Part part;
    final String title;

    /** What to know when reading its table. */
    final String note;

    Question(Part part, String title, String note) {
        this.part = part;
        this.title = title;
        this.note = note;
    }

    /** A part of the benchmark that can be run by itself. */
    enum Part {
        TASKS,
        TIMERS,
        CONNECTIONS,
        LOOPS,
        MEMORY,
        /** Needs OpenSSL, and is not run unless it is asked for. */
        TLS;

        /** {@return its name on the command line} */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@return whether it is about how one figure grows} */
    boolean isGrowth() {
        return part == Part.TASKS || part == Part.TIMERS || part == Part.CONNECTIONS;
    }

    /** {@return the figure that is to stay flat} */
    String figure() {
        return part == Part.CONNECTIONS ? Point.CPU_MICROS : Point.NANOS;
    }
}
