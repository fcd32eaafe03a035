package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The one place from which a loop is driven: of several threads that want it at once, one gets it. Any thread. */
public final class DriverSeat {
    /*
     * Design.
     *
     * To ask whether the seat is free and to take it is one step. In two steps (DriverSeat_TwoDrivers.Broken in bench) two
     * threads find it free, and then run the tasks of one loop at the same time.
     */
    private final AtomicReference<@Nullable Thread> driver = new AtomicReference<>();

    /** Creates a seat that nobody has taken. */
    public DriverSeat() {}

    /**
     * Takes the seat.
     *
     * @param thread who wants to drive
     * @return null if the thread has it now, else the thread that has it
     */
    public @Nullable Thread take(Thread thread) {
        return driver.compareAndExchange(null, thread);
    }

    /** Leaves the seat. By whoever has it. */
    public void leave() {
        driver.set(null);
    }

    /** {@return whether somebody has the seat} */
    public boolean isTaken() {
        return driver.get() != null;
    }
}
