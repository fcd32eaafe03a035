package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The right to drive a loop: if several threads want it at once, one gets it. Any thread. */
public final class DriverSeat {
    /*
     * Design.
     *
     * Checking that the seat is free and taking it are one atomic step. With two steps (DriverSeat_TwoDrivers.Broken in
     * bench), two threads find the seat free and run the tasks of one loop at the same time.
     */
    private final AtomicReference<@Nullable Thread> driver = new AtomicReference<>();

    /** Creates a free seat. */
    public DriverSeat() {}

    /**
     * Takes the seat.
     *
     * @param thread the thread that wants to drive
     * @return null if the thread has the seat now, otherwise the thread that holds it
     */
    public @Nullable Thread take(Thread thread) {
        return driver.compareAndExchange(null, thread);
    }

    /** Leaves the seat. Only for the thread that holds it. */
    public void leave() {
        driver.set(null);
    }

    /** {@return whether a thread holds the seat} */
    public boolean isTaken() {
        return driver.get() != null;
    }
}
