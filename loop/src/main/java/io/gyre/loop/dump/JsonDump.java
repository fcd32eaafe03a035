package io.gyre.loop.dump;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A dump as JSON. Times are in nanoseconds; what is not known is null, or -1 where a number is counted. */
final class JsonDump {
    private JsonDump() {}

    static String of(LoopDump dump) {
        return Json.object(json -> json.put("loop", dump.loop())
                .put("isConsistent", dump.isConsistent())
                .put("timeNanos", dump.timeNanos())
                .put("ticks", dump.ticks())
                .put("ready", dump.ready())
                .put("timers", dump.timers())
                .put("channels", dump.channels())
                .put("running", dump.running(), JsonDump::running)
                .putAll("tasks", dump.tasks(), JsonDump::task)
                .putAll("edges", dump.edges(), JsonDump::edge)
                .putAll("cycles", dump.cycles(), (cycle, value) -> cycle.put("words", value.toString())
                        .putAll("tasks", value.tasks(), (task, each) -> ref(task, each.task()))));
    }

    private static void running(Json json, RunningStep step) {
        json.put("step", step.step()).put("createdAt", step.createdAt()).putTexts("stack", step.stack());
    }

    private static void task(Json json, DumpedTask task) {
        json.put("id", task.task().id())
                .put("name", task.task().name())
                .put("state", task.state().name())
                .put("isSystem", task.isSystem())
                .put("ageNanos", task.age().toNanos())
                .put("createdAt", task.createdAt())
                .put("group", task.group())
                .put("parent", task.parent(), JsonDump::ref)
                .putAll("scopes", task.scopes(), JsonDump::scope)
                .put("cancelled", task.cancelled())
                .put("wait", task.waitsFor(), JsonDump::wait);
    }

    private static void ref(Json json, TaskRef task) {
        json.put("id", task.id()).put("name", task.name()).put("loop", task.loop());
    }

    private static void scope(Json json, DumpedScope scope) {
        json.put("owner", scope.owner(), JsonDump::ref);
        due(json, scope.dueIn());
        json.put("shield", scope.shield()).put("cancelled", scope.cancelled());
    }

    private static void due(Json json, @Nullable Duration dueIn) {
        if (dueIn != null) {
            json.put("dueInNanos", dueIn.toNanos());
        }
    }

    private static void edge(Json json, WaitEdge edge) {
        json.put("from", edge.from(), JsonDump::ref)
                .put("to", edge.to(), JsonDump::ref)
                .put("why", edge.why());
    }

    private static void wait(Json json, Wait wait) {
        switch (wait) {
            case Wait.OnChannel channel ->
                begin(json, "channel", wait)
                        .put("local", channel.local())
                        .put("peer", channel.peer())
                        .put("unreadBytes", channel.unreadBytes())
                        .put("unsentBytes", channel.unsentBytes());
            case Wait.OnTimer timer -> due(begin(json, "timer", wait), timer.dueIn());
            case Wait.OnLock lock ->
                begin(json, "lock", wait)
                        .put("owner", lock.owner(), JsonDump::ref)
                        .put("waiting", lock.waiting());
            case Wait.OnQueue queue ->
                begin(json, "queue", wait).put("size", queue.size()).put("capacity", queue.capacity());
            case Wait.OnPermits permits ->
                begin(json, "permits", wait)
                        .put("free", permits.free())
                        .putAll("holders", permits.holders(), JsonDump::ref);
            case Wait.OnFuture future ->
                begin(json, "future", wait).put("completer", future.completer(), JsonDump::ref);
            case Wait.OnTasks tasks ->
                begin(json, "tasks", wait)
                        .put("anyIsEnough", tasks.anyIsEnough())
                        .putAll("tasks", tasks.tasks(), JsonDump::ref);
            case Wait.OnFirst first ->
                begin(json, "first", wait).putAll("alternatives", first.alternatives(), JsonDump::wait);
            case Wait.OnOffload call ->
                begin(json, "offload", wait)
                        .put("offloadedAt", call.offloadedAt())
                        .put("thread", call.thread())
                        .putTexts("stack", call.stack())
                        .putTexts("busy", call.busy());
            case Wait.OnForeignCall call ->
                begin(json, "foreignCall", wait).put("blocker", call.blocker()).putTexts("stack", call.stack());
            case Wait.OnOther _ -> begin(json, "other", wait);
        }
    }

    private static Json begin(Json json, String kind, Wait wait) {
        return json.put("kind", kind).put("words", wait.words());
    }
}
