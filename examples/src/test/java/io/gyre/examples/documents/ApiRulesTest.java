package io.gyre.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rules for public methods that CONTRIBUTING states. */
class ApiRulesTest {
    /** The forms that have a result, each with the form that has none. */
    private static final Map<String, String> VARIANTS = Map.of(
            "Body", "VoidBody",
            "Callable", "VoidBody",
            "SerializableBody", "SerializableVoidBody",
            "BlockingBody", "VoidBlockingBody",
            "Block", "VoidBlock");

    private static final Set<String> BODIES = Set.of(
            "Body",
            "VoidBody",
            "Callable",
            "SerializableBody",
            "SerializableVoidBody",
            "BlockingBody",
            "VoidBlockingBody",
            "Block",
            "VoidBlock",
            "StreamHandler");

    /** A joiner makes the result of a group; a supervised group has none; what goes to another process is the JDK's. */
    private static final Set<String> WITHOUT_VARIANT =
            Set.of("TaskGroup.join", "TaskGroup.supervise", "ProcessPool.submit", "RemoteExecutor.submit");

    static final List<Class<?>> TYPES = PublicClasses.all();

    @ParameterizedTest
    @FieldSource("TYPES")
    void bodyComesLast(Class<?> type) {
        assertThat(methods(type).filter(method -> Arrays.stream(method.getParameterTypes())
                        .limit(Math.max(0, method.getParameterCount() - 1))
                        .anyMatch(ApiRulesTest::isBody)))
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void optionsComeFirstBeforeABodyAndElseLast(Class<?> type) {
        assertThat(methods(type).filter(method -> {
                    List<Class<?>> parameters = List.of(method.getParameterTypes());
                    int options = indexOfOptions(parameters);
                    boolean hasBody = !parameters.isEmpty() && isBody(parameters.getLast());
                    return options >= 0 && options != (hasBody ? firstAfterOwners(parameters) : parameters.size() - 1);
                }))
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void formWithAResultHasAFormWithout(Class<?> type) {
        assertThat(methods(type)
                        .filter(method -> takesABody(method)
                                && (VARIANTS.containsKey(lastName(method)) || VARIANTS.containsValue(lastName(method))))
                        .filter(method -> !WITHOUT_VARIANT.contains(
                                method.getDeclaringClass().getSimpleName() + "." + method.getName()))
                        .filter(method -> VARIANTS.entrySet().stream()
                                .filter(variant -> lastName(method).equals(variant.getKey())
                                        || lastName(method).equals(variant.getValue()))
                                .noneMatch(variant -> hasBoth(method, variant.getKey(), variant.getValue()))))
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void optionsCanGrow(Class<?> type) {
        if (type.getSimpleName().endsWith("Options")) {
            assertThat(type).isFinal();
            assertThat(type.isRecord()).as("a record has a public constructor").isFalse();
            assertThat(type.getDeclaredConstructors()).allMatch(made -> Modifier.isPrivate(made.getModifiers()));
            assertThat(methods(type).filter(method -> method.getName().startsWith("with")))
                    .isNotEmpty()
                    .allMatch(method -> method.getReturnType() == type);
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void settersReturnNothing(Class<?> type) {
        assertThat(methods(type)
                        .filter(method -> method.getName().matches("set[A-Z].*"))
                        .filter(method -> method.getReturnType() != void.class))
                .isEmpty();
    }

    private static boolean hasBoth(Method method, String withResult, String without) {
        boolean result = lastName(method).equals(withResult);
        String wanted = result ? without : withResult;
        return methods(method.getDeclaringClass())
                .anyMatch(other -> other.getParameterCount() == method.getParameterCount()
                        && takesABody(other)
                        && lastName(other).equals(wanted)
                        && namesMatch(method.getName(), other.getName())
                        && Arrays.equals(
                                method.getParameterTypes(),
                                0,
                                method.getParameterCount() - 1,
                                other.getParameterTypes(),
                                0,
                                other.getParameterCount() - 1));
    }

    /** With an argument the compiler cannot tell the forms apart: {@code run} has no result, {@code call} has one. */
    private static boolean namesMatch(String one, String other) {
        return one.equals(other) || Set.of(one, other).equals(Set.of("run", "call"));
    }

    private static int indexOfOptions(List<Class<?>> parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i).getSimpleName();
            if (name.endsWith("Options") && !name.equals("SubprocessOptions")) { // which say what is run, too
                return i;
            }
        }
        return -1;
    }

    /** The loops that serve are said before how they do it. */
    private static int firstAfterOwners(List<Class<?>> parameters) {
        int first = 0;
        while (Set.of("LoopGroup", "Sharing").contains(parameters.get(first).getSimpleName())) {
            first++;
        }
        return first;
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
    }

    private static boolean takesABody(Method method) {
        return method.getParameterCount() > 0 && isBody(method.getParameterTypes()[method.getParameterCount() - 1]);
    }

    private static String lastName(Method method) {
        return method.getParameterTypes()[method.getParameterCount() - 1].getSimpleName();
    }

    private static boolean isBody(Class<?> type) {
        return BODIES.contains(type.getSimpleName());
    }
}
