package io.gyre.loop;

import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where in the user's code something was created, for messages. */
final class CreationSite {
    /*
     * Design.
     *
     * A stack walk costs about as much as creating ten tasks. But each lambda expression has a class of its own, made at
     * its place in the source, so the place is looked up once for each such class and then costs one read. Ordinary
     * classes can be instantiated in many places and are looked up each time. In debug mode everything is, with the
     * whole stack.
     */
    private static final Set<String> LIBRARY = Set.of(
            name(CreationSite.class),
            name(EventLoop.class),
            name(LoopCore.class),
            name(Driver.class),
            name(Tick.class),
            name(Async.class),
            name(LowLevel.class),
            name(Callback.class),
            name(Completion.class),
            name(DoneCallback.class),
            name(TaskGroup.class),
            name(TaskGroupOptions.class),
            name(Combinators.class),
            name(Race.class),
            name(ForeignCall.class),
            name(LoopPortal.class),
            name(ReadinessWait.class));

    private static final ClassValue<CreationSite> SITES = new ClassValue<>() {
        @Override
        protected CreationSite computeValue(Class<?> lambda) {
            return new CreationSite();
        }
    };

    private @Nullable String known;

    private CreationSite() {}

    /**
     * {@return the place; its {@code toString} is for messages}
     *
     * @param origin what the user handed in
     * @param wholeStack whether to remember the whole stack, and for this one creation
     */
    static @Nullable Object of(Object origin, boolean wholeStack) {
        if (wholeStack) {
            return walk(100);
        }
        Class<?> type = origin.getClass();
        if (!type.isHidden()) {
            return walk(1);
        }
        CreationSite site = SITES.get(type);
        String known = site.known;
        if (known == null) {
            // Two loops may do this at once; both find the same.
            known = walk(1);
            site.known = known;
        }
        return known;
    }

    /** {@return the name of an object's class, without what the JDK adds to that of a lambda} */
    static String className(Object origin) {
        String name = origin.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    private static String walk(int frames) {
        return StackWalker.getInstance().walk(stack -> stack.filter(CreationSite::isOfUser)
                .limit(frames)
                .map(StackFrame::toString)
                .collect(Collectors.joining("\n    at ")));
    }

    private static boolean isOfUser(StackFrame frame) {
        return !LIBRARY.contains(frame.getClassName());
    }

    private static String name(Class<?> type) {
        return type.getName();
    }
}
