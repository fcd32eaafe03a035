package io.gyre.loop.internal.vthread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RequiredFlagTest {
    /** What the subprocess runs: a program of a user who does not know about the flag. */
    static final class Unaware {
        private Unaware() {}

        public static void main(String[] args) {
            EventLoop.run(() -> "unreachable");
        }
    }

    @Test
    void openModulePasses() {
        assertThatCode(RequiredFlag::check).doesNotThrowAnyException();
    }

    @Test
    void messageNamesTheFlagAndAllPlacesWhereItGoes() {
        Module closed = Logger.class.getModule();

        assertThatIllegalStateException()
                .isThrownBy(() -> RequiredFlag.check(closed, RequiredFlag.class.getModule()))
                .withMessageContaining("--add-opens java.base/java.lang=ALL-UNNAMED")
                .withMessageContaining("command line")
                .withMessageContaining("Add-Opens: java.base/java.lang")
                .withMessageContaining("<argLine>--add-opens java.base/java.lang=ALL-UNNAMED</argLine>")
                .withMessageContaining("<argument>java.base/java.lang=ALL-UNNAMED</argument>")
                .withMessageContaining("Gradle")
                .withMessageContaining("JMH")
                .withMessageContaining("JDK_JAVA_OPTIONS");
    }

    @Test
    void messageNamesTheModuleThatNeedsTheFlag() {
        Module named = Logger.class.getModule();

        assertThatIllegalStateException()
                .isThrownBy(() -> RequiredFlag.check(Object.class.getModule(), named))
                .withMessageContaining("--add-opens java.base/java.lang=java.logging");
    }

    @Test
    void programWithoutTheFlagEndsWithTheOneMessage() throws Exception {
        var program = Program.run(Unaware.class);

        assertThat(program.exitCode()).isEqualTo(1);
        assertThat(program.output())
                .startsWith("Exception in thread \"main\" java.lang.IllegalStateException: Gyre needs the JVM flag")
                .contains("--add-opens java.base/java.lang=ALL-UNNAMED")
                .doesNotContain("Caused by")
                .doesNotContain("ExceptionInInitializerError");
    }
}
