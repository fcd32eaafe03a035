package io.gyre.bench.scale;

import java.util.function.Supplier;

/** Something that there can be many of, and an operation whose cost may depend on how many there are. */
interface Subject {
    void add(int count);

    /** Does the operation some thousands of times, and says how often. */
    long operate();

    /** All subjects: what is asked of them, and what they are called in the report. Each has a JVM of its own. */
    enum Kind {
        GYRE_READY(Question.SWITCH_READY, "Gyre", TaskSubjects.GyreReady::new),
        BARE_READY(Question.SWITCH_READY, "bare virtual threads", TaskSubjects.BareReady::new),
        GYRE_SWITCH(Question.SWITCH_BESIDE, "Gyre", TaskSubjects::switching),
        BARE_SWITCH(Question.SWITCH_BESIDE, "bare virtual threads", TaskSubjects::switchingBare),
        GYRE_CREATE(Question.CREATE_BESIDE, "Gyre", TaskSubjects::creating),
        BARE_CREATE(Question.CREATE_BESIDE, "bare virtual threads", TaskSubjects::creatingBare),
        GYRE_CANCEL(Question.TIMER_CANCEL, "Gyre", () -> new TimerSubjects.Gyre(TimerSubjects.Timers::cancel)),
        BARE_CANCEL(Question.TIMER_CANCEL, "bare heap", () -> new TimerSubjects.Bare(TimerSubjects.Timers::cancel)),
        GYRE_REPLACE(Question.TIMER_REPLACE, "Gyre", () -> new TimerSubjects.Gyre(TimerSubjects.Timers::replace)),
        BARE_REPLACE(Question.TIMER_REPLACE, "bare heap", () -> new TimerSubjects.Bare(TimerSubjects.Timers::replace)),
        GYRE_FIRE(Question.TIMER_FIRE, "Gyre", () -> new TimerSubjects.Gyre(TimerSubjects.Timers::fire)),
        BARE_FIRE(Question.TIMER_FIRE, "bare heap", () -> new TimerSubjects.Bare(TimerSubjects.Timers::fire));

        final Question question;
        final String variant;

        @SuppressWarnings("ImmutableEnumChecker") // none of the constructors above has a state
        private final Supplier<Subject> constructor;

        Kind(Question question, String variant, Supplier<Subject> constructor) {
            this.question = question;
            this.variant = variant;
            this.constructor = constructor;
        }

        Subject create() {
            return constructor.get();
        }
    }
}
