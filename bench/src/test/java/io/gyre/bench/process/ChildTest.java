package io.gyre.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void childAnswersInLines() throws Exception {
        try (Child cat = shell("cat")) {
            cat.say("port 7");

            assertThat(cat.expect("port ", LONG)).isEqualTo("7");
        }
    }

    @Test
    void childEndsWithItsInput() throws Exception {
        Child cat = shell("cat");

        cat.close();

        assertThat(ProcessHandle.of(cat.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void childThatDoesNotListenIsEndedByForce() throws Exception {
        Child deaf = shell("exec sleep 1000");

        deaf.close();

        assertThat(ProcessHandle.of(deaf.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void endOfAChildIsAFailureWithWhatItWrote() throws Exception {
        try (Child broken = shell("echo 'no memory' >&2; exit 1")) {
            assertThatThrownBy(() -> broken.nextLine(LONG))
                    .isInstanceOf(Child.Failure.class)
                    .hasMessageContaining("child has ended: no memory");
        }
    }

    @Test
    void silenceIsAFailure() throws Exception {
        try (Child silent = shell("cat")) {
            assertThatThrownBy(() -> silent.nextLine(Duration.ofMillis(1))).hasMessageContaining("has said nothing");
        }
    }

    @Test
    void anythingElseThanExpectedIsAFailure() throws Exception {
        try (Child talker = shell("echo hello; cat")) {
            assertThatThrownBy(() -> talker.expect("port ", LONG))
                    .hasMessageContaining("said \"hello\" instead of \"port \"");
        }
    }

    private Child shell(String script) throws Exception {
        return Child.start("child", List.of("sh", "-c", script), directory.resolve("errors"));
    }
}
