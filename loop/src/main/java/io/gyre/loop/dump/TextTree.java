package io.gyre.loop.dump;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A dump as a tree for people. */
final class TextTree {
    /*
     * Design.
     *
     * Groups may be nested thousands deep, so nothing recurses, and from some depth on the lines are not indented more.
     */
    private static final int MAX_INDENTED = 30;
    private static final String INDENTATION = "  ";

    /** Two equal lines are read as easily as a folded one. */
    private static final int WORTH_FOLDING = 3;

    private static final int FRAMES_OF_RUNNING = 15;

    private final LoopDump dump;
    private final Map<@Nullable Long, List<DumpedTask>> children = new HashMap<>();
    private final StringBuilder text = new StringBuilder();

    /** Lines to be written, the next one last. */
    private final Deque<Line> left = new ArrayDeque<>();

    /** One task, or several equal ones. */
    private record Line(List<DumpedTask> tasks, int depth) {}

    /** What tasks must have in common to be shown as one. */
    private record Kind(
            DumpedTask.State state,
            @Nullable String createdAt,
            @Nullable String group,
            boolean isCancelled,
            boolean hasDeadline,
            String waitKind) {}

    TextTree(LoopDump dump) {
        this.dump = dump;
        Set<Long> present = dump.tasks().stream().map(each -> each.task().id()).collect(Collectors.toSet());
        for (DumpedTask task : dump.tasks()) {
            TaskRef parent = task.parent();
            Long place = parent == null || !present.contains(parent.id()) ? null : Long.valueOf(parent.id());
            children.computeIfAbsent(place, _ -> new ArrayList<>()).add(task);
        }
    }

    String text() {
        head();
        push(null, 1);
        for (Line line = left.pollLast(); line != null; line = left.pollLast()) {
            write(line);
        }
        for (WaitCycle cycle : dump.cycles()) {
            text.append("\nThese wait for each other: ").append(cycle);
        }
        return text.toString();
    }

    private void head() {
        text.append("EventLoop[").append(dump.loop()).append("]: ");
        text.append(count(dump.tasks().size(), "task")).append(", ").append(count(dump.ready(), "ready step"));
        text.append(", ").append(count(dump.timers(), "timer")).append(", ");
        text.append(count(dump.channels(), "channel")).append(", tick ").append(number(dump.ticks()));
        if (!dump.isConsistent()) {
            text.append(" (the loop ran meanwhile)");
        }
        RunningStep running = dump.running();
        if (running != null) {
            text.append("\nruns ").append(running.step());
            if (running.createdAt() != null) {
                text.append(", created at ").append(firstLine(running.createdAt()));
            }
            running.stack().stream().limit(FRAMES_OF_RUNNING).forEach(frame -> text.append("\n    at ")
                    .append(frame));
        }
    }

    private static String count(int count, String noun) {
        return number(count) + " " + noun + (count == 1 ? "" : "s");
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Queues the lines of the tasks below a task. */
    private void push(@Nullable Long parent, int depth) {
        var lines = new ArrayList<Line>();
        var folds = new LinkedHashMap<Kind, List<DumpedTask>>();
        for (DumpedTask task : children.getOrDefault(parent, List.of())) {
            if (children.containsKey(task.task().id())) {
                lines.add(new Line(List.of(task), depth));
            } else {
                folds.computeIfAbsent(kind(task), _ -> {
                            var equal = new ArrayList<DumpedTask>();
                            lines.add(new Line(equal, depth));
                            return equal;
                        })
                        .add(task);
            }
        }
        lines.reversed().forEach(left::addLast);
    }

    private static Kind kind(DumpedTask task) {
        return new Kind(
                task.state(),
                task.createdAt(),
                task.group(),
                task.cancelled() != null,
                task.dueIn() != null,
                task.waitsFor() == null ? "" : WaitWords.kind(task.waitsFor()));
    }

    private void write(Line line) {
        if (line.tasks.size() >= WORTH_FOLDING) {
            indent(line.depth);
            fold(line.tasks);
        } else {
            for (DumpedTask task : line.tasks) {
                indent(line.depth);
                single(task);
                push(task.task().id(), line.depth + 1);
            }
        }
    }

    private void indent(int depth) {
        text.append('\n').append(INDENTATION.repeat(Math.min(depth, MAX_INDENTED)));
    }

    private void single(DumpedTask task) {
        text.append(task.task()).append(' ').append(task.doing());
        text.append("; ").append(Span.words(task.age())).append(" old");
        common(task);
        if (task.dueIn() != null) {
            text.append(", deadline in ").append(Span.words(task.dueIn()));
        }
    }

    private void fold(List<DumpedTask> tasks) {
        DumpedTask first = tasks.getFirst();
        text.append(number(tasks.size())).append(" \u00d7 ");
        if (first.waitsFor() == null) {
            text.append(first.doing());
        } else {
            text.append("waits for ")
                    .append(WaitWords.ofAll(tasks.stream()
                            .map(each -> Objects.requireNonNull(each.waitsFor()))
                            .toList()));
        }
        Duration oldest =
                tasks.stream().map(DumpedTask::age).max(Duration::compareTo).orElseThrow();
        text.append("; oldest ").append(Span.words(oldest));
        common(first);
        tasks.stream()
                .map(DumpedTask::dueIn)
                .filter(Objects::nonNull)
                .min(Duration::compareTo)
                .ifPresent(dueIn -> text.append(", first deadline in ").append(Span.words(dueIn)));
        text.append(", such as ").append(first.task());
    }

    private void common(DumpedTask task) {
        if (task.createdAt() != null) {
            text.append(", created at ").append(firstLine(task.createdAt()));
        }
        if (task.group() != null) {
            text.append(", in ").append(task.group());
        }
        if (task.isSystem()) {
            text.append(", a system task");
        }
        if (task.cancelled() != null) {
            text.append(", cancelled: ").append(task.cancelled());
        }
    }

    private static String firstLine(String place) {
        int end = place.indexOf('\n');
        return end < 0 ? place : place.substring(0, end);
    }
}
