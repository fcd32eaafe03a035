package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The place in the user's code that created something, for messages. */
final class CreationSite {
    /*
     * Design.
     *
     * A stack walk costs about as much as creating ten tasks. But each lambda expression of a user has its own class,
     * made at its place in the source, and most lambdas are used in one place. So the first creations with a lambda
     * walk the stack; if all find the same place, later creations reuse it. A lambda that is kept and used in several
     * places usually shows this in the first walks: a timer that reschedules itself does at the second walk. From then
     * on each creation walks.
     *
     * Ordinary classes can be instantiated in many places and are looked up each time. So are a library's lambdas if
     * they are bodies of tasks, because they serve all of the library's users. Callbacks of a library are many and
     * rarely fail: they inherit the place of the task that creates them.
     *
     * A library may create a task when no user code is on the stack, such as a server that accepts a connection. The
     * creating task was itself created for a user: its place is inherited.
     *
     * In debug mode the whole stack is recorded, for each creation.
     */
    private static final int WHOLE_STACK = 100;

    /** More than one, because a lambda may be used in several places; few, because each walk is costly. */
    private static final int LOOKS = 8;

    private static final StackWalker STACK = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);

    private static final ClassValue<CreationSite> SITES = new ClassValue<>() {
        @Override
        protected CreationSite computeValue(Class<?> type) {
            return new CreationSite(type);
        }
    };

    private final CodeOwner owner;
    private final boolean isUsersLambda;

    /**
     * The place that later creations reuse; null while each creation is looked up. Loops may race: they find the same
     * place.
     */
    private @Nullable String settled;

    private @Nullable String first;
    private int looks;
    private boolean varies;

    private CreationSite(Class<?> type) {
        owner = CodeOwner.of(type);
        isUsersLambda = owner == CodeOwner.USER && type.isHidden();
    }

    /**
     * {@return the creation site of a task; null if no user code is known}
     *
     * @param origin what the user handed in
     * @param wholeStack whether to record the whole stack, and for this creation only
     */
    static @Nullable String ofTask(Object origin, boolean wholeStack) {
        Objects.requireNonNull(origin, "body");
        if (origin instanceof Place place) {
            return place.text;
        }
        return wholeStack ? lookUp(WHOLE_STACK) : SITES.get(origin.getClass()).ofTask();
    }

    /** {@return the place in the user's code that is calling, as the origin of tasks created later} */
    static Object here(boolean wholeStack) {
        return new Place(lookUp(wholeStack ? WHOLE_STACK : 1));
    }

    /** An origin that was looked up before. */
    private record Place(@Nullable String text) {
        @Override
        public String toString() {
            return text == null ? "an unknown place" : text;
        }
    }

    /**
     * {@return the creation site of a callback; null if no user code is known}
     *
     * @param origin what the user or a library handed in
     * @param wholeStack whether to record the whole stack, and for this creation only
     */
    static @Nullable String ofCallback(Object origin, boolean wholeStack) {
        Objects.requireNonNull(origin, "callback");
        if (wholeStack) {
            return lookUp(WHOLE_STACK);
        }
        CreationSite site = SITES.get(origin.getClass());
        return site.owner == CodeOwner.LIBRARY ? ofCurrentTask() : site.ofTask();
    }

    private @Nullable String ofTask() {
        String known = settled;
        return known != null ? known : isUsersLambda ? look() : lookUp(1);
    }

    private @Nullable String look() {
        String now = lookUp(1);
        if (varies) {
            return now;
        }
        String before = first; // read once: another loop may write it
        if (before == null) {
            first = now;
        } else if (now != null && !before.equals(now)) {
            varies = true;
        } else if (++looks >= LOOKS) {
            settled = before;
        }
        return now == null ? before : now;
    }

    /** {@return the name of an object's class, without what the JDK appends for a lambda} */
    static String className(Object origin) {
        return Describe.className(origin.getClass());
    }

    /** Initialises the classes needed here, while there is stack and memory. */
    static void touch() {
        SITES.get(CreationSite.class);
        lookUp(1); // the JDK's walker fails for good if its classes are first used at the end of the stack
        className("");
    }

    private static @Nullable String lookUp(int frames) {
        String place = STACK.walk(stack -> stack.dropWhile(CreationSite::isSkipped)
                .limit(frames)
                .map(StackFrame::toString)
                .collect(Collectors.joining("\n    at ")));
        return place.isEmpty() ? ofCurrentTask() : place;
    }

    private static boolean isSkipped(StackFrame frame) {
        return CodeOwner.of(frame.getDeclaringClass()) != CodeOwner.USER;
    }

    private static @Nullable String ofCurrentTask() {
        VirtualThreadTask<?> creator = VirtualThreadTask.currentTaskOrNull();
        return creator == null ? null : creator.createdAt();
    }
}
