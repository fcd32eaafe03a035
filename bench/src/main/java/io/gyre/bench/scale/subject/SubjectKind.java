package io.gyre.bench.scale.subject;

import java.util.function.Supplier;

/** What a subject's JVM can be asked for. */
public enum SubjectKind {
    /** A switch among tasks all of which are ready. */
    GYRE_READY(GyreReady::new),
    BARE_READY(BareReady::new),
    /** A switch of two tasks, beside tasks that sleep. */
    GYRE_SWITCH(() -> new GyreSleepers(GyreSleepers::switchTwo)),
    BARE_SWITCH(() -> new BareSleepers(BareSleepers::switchTwo)),
    /** A task that is created and awaited, beside tasks that sleep. */
    GYRE_CREATE(() -> new GyreSleepers(GyreSleepers::createAndAwait)),
    BARE_CREATE(() -> new BareSleepers(BareSleepers::startAndAwait)),
    /** A timer that is taken back at once, beside timers that are pending. */
    GYRE_CANCEL(() -> new GyreTimers(GyreTimers::scheduleAndCancel)),
    BARE_CANCEL(() -> new BareTimers(BareTimers::addAndRemove)),
    /** Any one of the pending timers, taken back for another. */
    GYRE_REPLACE(() -> new GyreTimers(GyreTimers::replaceAny)),
    BARE_REPLACE(() -> new BareTimers(BareTimers::replaceAny)),
    /** A timer that fires, beside timers that are pending. */
    GYRE_FIRE(() -> new GyreTimers(GyreTimers::scheduleAndFire)),
    BARE_FIRE(() -> new BareTimers(BareTimers::addAndPoll));

    @SuppressWarnings("ImmutableEnumChecker") // none of the constructors above has a state
    private final Supplier<Subject> constructor;

    SubjectKind(Supplier<Subject> constructor) {
        this.constructor = constructor;
    }

    Subject create() {
        return constructor.get();
    }
}
