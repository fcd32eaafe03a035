package io.gyre.loop.dump;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits in words: each in full, and what several equal ones have in common. */
final class WaitWords {
    private static final int MANY_TO_NAME = 3;

    private WaitWords() {}

    /** {@return the words of a wait, with the details that they lack} */
    static String inFull(Wait wait) {
        return switch (wait) {
            case Wait.OnChannel channel -> channel.words() + bytes(channel);
            case Wait.OnLock lock -> lock.words() + (lock.waiting() > 1 ? ", as do " + others(lock.waiting()) : "");
            case Wait.OnPermits permits ->
                permits.words() + (permits.holders().isEmpty() ? "" : ", held by " + some(permits.holders()));
            case Wait.OnFuture future ->
                future.words() + (future.completer() == null ? "" : ", which " + future.completer() + " completes");
            case Wait.OnTasks tasks -> tasks.words() + (tasks.tasks().size() < 2 ? "" : ": " + some(tasks.tasks()));
            case Wait.OnOffload call -> call.words() + place(call);
            case Wait.OnForeignCall call -> call.words() + (call.blocker() == null ? "" : ", at " + call.blocker());
            case Wait.OnTimer _, Wait.OnQueue _, Wait.OnFirst _, Wait.OnOther _ -> wait.words();
        };
    }

    private static String bytes(Wait.OnChannel channel) {
        return (channel.unreadBytes() > 0 ? ", " + channel.unreadBytes() + " bytes unread" : "")
                + (channel.unsentBytes() > 0 ? ", " + channel.unsentBytes() + " bytes unsent" : "");
    }

    private static String others(int waiting) {
        return waiting == 2 ? "another task" : waiting - 1 + " others";
    }

    private static String place(Wait.OnOffload call) {
        if (call.thread() != null) {
            return " in " + call.thread()
                    + (call.stack().isEmpty() ? "" : ", at " + call.stack().getFirst());
        }
        return call.busy().isEmpty()
                ? ""
                : ", not begun; all " + call.busy().size() + " threads are busy: " + some(call.busy());
    }

    private static String some(List<?> all) {
        String named = all.stream().limit(MANY_TO_NAME).map(Object::toString).collect(Collectors.joining(", "));
        int more = all.size() - MANY_TO_NAME;
        return more > 0 ? named + " and " + more + " more" : named;
    }

    /** {@return what waits must have in common to be shown as one} */
    static String kind(Wait wait) {
        return switch (wait) {
            case Wait.OnChannel channel -> "channel " + direction(channel);
            case Wait.OnTimer _ -> "timer";
            case Wait.OnOffload call -> "offload " + (call.thread() == null) + call.words();
            default -> wait.words();
        };
    }

    private static String direction(Wait.OnChannel channel) {
        int end = channel.words().indexOf(' ');
        return end < 0 ? channel.words() : channel.words().substring(0, end);
    }

    /** {@return words for several waits of the same kind} */
    static String ofAll(List<Wait> waits) {
        return switch (waits.getFirst()) {
            case Wait.OnChannel first -> {
                String local = common(waits, true);
                String peer = common(waits, false);
                yield direction(first) + " channels" + (local == null ? "" : " of " + local)
                        + (peer == null ? "" : " to " + peer);
            }
            case Wait.OnTimer _ -> "a sleep, the first due in " + Span.words(earliest(waits));
            case Wait.OnOffload first -> first.thread() == null ? inFull(first) : first.words();
            case Wait first -> inFull(first);
        };
    }

    private static @Nullable String common(List<Wait> channels, boolean local) {
        String common = null;
        for (Wait wait : channels) {
            String address =
                    !(wait instanceof Wait.OnChannel channel) ? null : local ? channel.local() : channel.peer();
            if (address == null || (common != null && !address.equals(common))) {
                return null;
            }
            common = address;
        }
        return common;
    }

    private static Duration earliest(List<Wait> timers) {
        return timers.stream()
                .filter(Wait.OnTimer.class::isInstance)
                .map(timer -> ((Wait.OnTimer) timer).dueIn())
                .min(Duration::compareTo)
                .orElseThrow();
    }
}
