package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.LibraryCode;
import java.security.CodeSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whether messages may name the lines of a class: lines of users are named, all others are skipped. */
enum CodeOwner {
    USER,
    LIBRARY,
    JDK;

    /*
     * Design.
     *
     * The package name alone does not decide: tests and examples may live in packages of the library. Nor does the jar
     * or module: a program may be shaded into one jar with its libraries. So a class belongs to the library if both
     * agree: its package, and its module, class loader and code source. Package names are taken from classes, so that
     * they follow when a shaded jar renames them.
     */
    private static final String OF_LOOP = EventLoop.class.getPackageName();

    private static final ClassValue<CodeOwner> OWNERS = new ClassValue<>() {
        @Override
        protected CodeOwner computeValue(Class<?> type) {
            return Describe.isOfJdk(type) ? JDK : isOfLoop(type) || isOfMarkedPackage(type) ? LIBRARY : USER;
        }
    };

    static CodeOwner of(Class<?> type) {
        return OWNERS.get(type);
    }

    private static boolean isOfLoop(Class<?> type) {
        String room = type.getPackageName();
        return (room.equals(OF_LOOP) || room.startsWith(OF_LOOP + ".")) && haveOneSource(type, EventLoop.class);
    }

    private static boolean isOfMarkedPackage(Class<?> type) {
        try {
            Class<?> info = Class.forName(type.getPackageName() + ".package-info", false, type.getClassLoader());
            return info.isAnnotationPresent(LibraryCode.class) && haveOneSource(type, info);
        } catch (Throwable unmarked) {
            // Also when stack or memory runs out: retrying to load the class each time would take seconds.
            return false;
        }
    }

    private static boolean haveOneSource(Class<?> one, Class<?> other) {
        return one.getClassLoader() == other.getClassLoader()
                && one.getModule() == other.getModule()
                && Objects.equals(source(one), source(other));
    }

    private static @Nullable String source(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? null
                : source.getLocation().toExternalForm(); // as text: comparing URLs may look up hosts
    }
}
