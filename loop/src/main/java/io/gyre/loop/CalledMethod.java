package io.gyre.loop;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The method of this library, or of one built on it, that the user's code has called: for messages about misuse. */
final class CalledMethod {
    private static final StackWalker STACK = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);

    private CalledMethod() {}

    /** {@return its name, such as {@code Async.sleep}} */
    static String name() {
        return STACK.walk(stack -> stack.takeWhile(CalledMethod::isOfLibrary)
                .filter(Predicate.not(CalledMethod::isLambda))
                .reduce((inner, outer) -> outer)
                .map(CalledMethod::nameOf)
                .orElse("this call"));
    }

    private static boolean isOfLibrary(StackFrame frame) {
        Class<?> type = frame.getDeclaringClass();
        return CodeOwner.of(type) == CodeOwner.LIBRARY && type != AtomicBody.class; // which calls a body of the user's
    }

    private static boolean isLambda(StackFrame frame) {
        return frame.getMethodName().startsWith("lambda$");
    }

    private static String nameOf(StackFrame frame) {
        Class<?> type = frame.getDeclaringClass();
        return frame.getMethodName().equals("<init>")
                ? "new " + type.getSimpleName()
                : publicType(type).getSimpleName() + "." + frame.getMethodName();
    }

    /** {@return the type under which users know a class: itself if it is public, otherwise the nearest that is} */
    private static Class<?> publicType(Class<?> type) {
        return supertypes(type)
                .filter(candidate -> (candidate.getModifiers() & Modifier.PUBLIC) != 0)
                .filter(candidate -> CodeOwner.of(candidate) == CodeOwner.LIBRARY)
                .findFirst()
                .orElse(type);
    }

    /** {@return a class and its supertypes, interfaces first} */
    private static Stream<Class<?>> supertypes(Class<?> type) {
        Stream<Class<?>> above =
                Stream.concat(Arrays.stream(type.getInterfaces()), Stream.ofNullable(type.getSuperclass()));
        return Stream.concat(Stream.of(type), above.flatMap(CalledMethod::supertypes));
    }
}
