package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LoopLocalTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final LoopLocal<List<String>> local = LoopLocal.withInitial(ArrayList::new);

    @Test
    void tasksOfALoopShareTheValue() {
        driven.run(() -> local.get().add("first task"));
        driven.run(() -> local.get().add("second task"));

        assertThat(driven.call(local::get)).containsExactly("first task", "second task");
    }

    @Test
    void eachLoopHasAValueOfItsOwn() {
        try (var other = new HandDrivenLoop()) {
            driven.run(() -> local.get().add("here"));

            assertThat(other.call(local::get)).isEmpty();
        }
    }

    @Test
    void variablesAreIndependent() {
        LoopLocal<List<String>> second = LoopLocal.withInitial(ArrayList::new);
        driven.run(() -> local.get().add("first variable"));

        assertThat(driven.call(second::get)).isEmpty();
    }

    @Test
    void initialValueMayAskForAnotherVariable() {
        LoopLocal<String> dependent = LoopLocal.withInitial(() -> "of " + local.get());

        assertThat(driven.call(dependent::get)).isEqualTo("of []");
    }

    @Test
    void valueOutsideALoopIsRejected() {
        assertThatIllegalStateException().isThrownBy(local::get);
    }
}
