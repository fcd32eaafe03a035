package io.gyre.loop.internal.vthread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JDKs whose inside is not what it was. */
class MembersTest {
    private final Members members = new Members("the test");

    private MethodHandle find(String owner, String name, Class<?> result) {
        return members.find(
                owner,
                name,
                MethodType.methodType(result),
                (lookup, in, member) -> lookup.findStatic(in, member, MethodType.methodType(result)));
    }

    @Test
    void memberThatIsThereIsFound() throws Throwable {
        MethodHandle carrier = find("java.lang.Thread", "currentCarrierThread", Thread.class);

        assertThat((Thread) carrier.invokeExact()).isSameAs(Thread.currentThread());
        assertThatCode(members::requireAll).doesNotThrowAnyException();
    }

    @Test
    void messageNamesEachMissingMemberAndTheJdk() {
        find("java.lang.NoSuchThread", "current", Thread.class);
        find("java.lang.Thread", "currentCarrierThread", Thread.class);
        find("java.lang.Thread", "noSuchCarrier", Thread.class);
        find("java.lang.Thread", "currentThread", String.class);

        assertThatIllegalStateException()
                .isThrownBy(members::requireAll)
                .withMessage("JDK " + Runtime.version()
                        + " lacks java.lang.NoSuchThread.current, java.lang.Thread.noSuchCarrier,"
                        + " java.lang.Thread.currentThread, on which the test rests. Use a later release of Gyre, or an"
                        + " older JDK from 25 on.")
                .satisfies(failure -> assertThat(failure.getCause())
                        .isInstanceOf(ClassNotFoundException.class)
                        .satisfies(first -> assertThat(first.getSuppressed()).hasSize(2)));
    }

    @Test
    void handleOfAMissingMemberThrowsTheMessage() {
        MethodHandle missing = find("java.lang.Thread", "noSuchCarrier", Thread.class);

        assertThatIllegalStateException()
                .isThrownBy(() -> {
                    Object _ = missing.invoke();
                })
                .withMessageContaining("lacks java.lang.Thread.noSuchCarrier");
    }

    @Test
    void valueThatCannotBeReadIsMissing() {
        assertThat(members.get(find("java.lang.Thread", "noSuchValue", Object.class)))
                .isNull();
        assertThat(members.description()).contains("lacks java.lang.Thread.noSuchValue, on");
    }

    /** A program that reports what a task inherits. */
    static final class Inheritance {
        private static final ScopedValue<String> USER = ScopedValue.newInstance();

        private Inheritance() {}

        public static void main(String[] args) {
            ScopedValue.where(USER, "ann")
                    .run(() -> EventLoop.run(() -> {
                        EventLoop.current().callSoon(() -> System.out.println("callback: " + USER.orElse("nobody")));
                        System.out.println("task: " + USER.orElse("nobody"));
                        System.out.println("offloaded: " + io.gyre.loop.Async.offload(() -> USER.orElse("nobody")));
                    }));
        }
    }

    private static String hiding(String members) {
        return "-D" + Members.HIDDEN + "=" + members;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.ThreadBuilders.newVirtualThread",
                "java.lang.Thread.currentCarrierThread",
                "java.lang.VirtualThread.scheduler",
                "java.lang.VirtualThread.afterYield",
                "java.lang.VirtualThread.defaultScheduler"
            })
    @Feature("Runs on any JDK from 25 on, or says which member of the JDK is missing")
    void loopDoesNotStartOnAJdkThatLacksAMember(String member) throws Exception {
        var program = Program.run(Inheritance.class, Program.FLAG, hiding(member));

        assertThat(program.exitCode()).isEqualTo(1);
        assertThat(program.output())
                .startsWith("Exception in thread \"main\" java.lang.IllegalStateException: JDK " + Runtime.version()
                        + " lacks " + member + ", on which the scheduling of tasks rests.")
                .doesNotContain("ExceptionInInitializerError");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Thread.scopedValueBindings",
                "java.lang.Thread.setScopedValueBindings",
                "java.lang.Thread.setScopedValueCache",
                "java.lang.Thread.runWith",
                "java.lang.Thread.NEW_THREAD_BINDINGS",
                "java.lang.ScopedValue.scopedValueBindings",
                "java.lang.ScopedValue$Snapshot.EMPTY_SNAPSHOT"
            })
    @Feature("Graceful degradation without inherited scoped values")
    void loopRunsWithoutInheritanceOnAJdkThatLacksAMemberForIt(String member) throws Exception {
        var program = Program.run(Inheritance.class, Program.FLAG, hiding(member));

        assertThat(program.exitCode()).as(program.output()).isZero();
        assertThat(program.output())
                .containsOnlyOnce("lacks " + member)
                .contains("on which the inheritance of scoped values rests. Tasks, callbacks and offloaded calls do not"
                        + " inherit scoped values; everything else works.")
                .contains("task: nobody", "callback: nobody", "offloaded: nobody");
    }

    @Test
    void programInheritsOnAJdkThatHasAllMembers() throws Exception {
        var program = Program.run(Inheritance.class, Program.FLAG);

        assertThat(program.output().lines()).containsExactlyInAnyOrder("task: ann", "callback: ann", "offloaded: ann");
    }
}
