package io.gyre.net.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.LoopTest;
import java.io.IOException;

/** Signals that a program gets from whoever runs it. */
final class SubprocessSignalTest {
    @LoopTest
    void signalReachesAShellThatTrapsIt() throws IOException {
        String script = "trap 'echo got it; kill $!; exit 7' USR1; sleep 1000 >/dev/null 2>&1 & echo ready; wait";
        try (Subprocess shell = Subprocess.shell(script)) {
            assertThat(shell.stdout().readLine(100)).contains("ready");

            shell.sendSignal("USR1");

            assertThat(shell.stdout().readLine(100)).contains("got it");
            assertThat(shell.await()).isEqualTo(7);
            shell.sendSignal("USR1"); // nobody is there any more
        }
    }

    @LoopTest
    void signalThatIsNotTrappedEndsTheProgram() throws IOException {
        try (Subprocess sleep = Subprocess.exec("sleep", "1000")) {
            sleep.sendSignal("INT");

            assertThat(sleep.await()).isEqualTo(128 + 2);
        }
    }

    @LoopTest
    void whatIsNoNameOfASignalIsRefused() throws IOException {
        try (Subprocess sleep = Subprocess.exec("sleep", "1000")) {
            for (String name :
                    new String[] {"", "usr1", "9", "-9", "USR1 ", "USR1;true", "HUP\n", "A".repeat(17), "Ü"}) {
                assertThatThrownBy(() -> sleep.sendSignal(name))
                        .as("'%s'", name)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is not the name of a signal, such as HUP or USR1");
            }
            assertThatThrownBy(() -> sleep.sendSignal("NOSUCH"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot send the signal NOSUCH to " + sleep);
            assertThat(sleep.isAlive()).isTrue();
        }
    }
}
