package io.gyre.loop;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The calls that the tasks of a loop have offloaded, to any executor, and that have not ended; abandoned ones, too. Loop
 * thread.
 */
final class OffloadedCalls {
    private final Set<Offload<?>> calls = new LinkedHashSet<>();
    private int ofUsersInPool;

    void begun(Offload<?> call) {
        if (calls.add(call) && call.isOfUserInPool()) {
            ofUsersInPool++;
        }
    }

    /** The call has ended, or will never run. */
    void ended(Offload<?> call) {
        if (calls.remove(call) && call.isOfUserInPool()) {
            ofUsersInPool--;
        }
    }

    /** {@return whether a call in the loop's own pool was offloaded by a task other than a system task} */
    boolean isAnyOfUserInPool() {
        return ofUsersInPool > 0;
    }

    /** {@return the calls in the order in which they were offloaded} */
    List<OffloadedCall> snapshot() {
        return calls.stream().<OffloadedCall>map(Offload::snapshot).toList();
    }
}
