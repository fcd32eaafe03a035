package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that has no descriptor left, in a process whose limit is low. */
final class AcceptExhaustionTest {
    @Test
    @Timeout(60)
    void serverPausesAcceptingAndRecoversWhenConnectionsEnd() throws Exception {
        exhaustAndRecover();
    }

    /** The pause ends because a socket is closed, and not because time passes. */
    @Test
    @Timeout(60)
    void serverWhoseClockStandsStillRecoversAsSoonAsConnectionsEnd() throws Exception {
        exhaustAndRecover("its clock stands still");
    }

    /** The JVM opens a file for each class of a directory that it loads. */
    @Test
    @Timeout(60)
    void serverWhoseClassesAreInDirectoriesNeedsNoneThatItCannotLoad(@TempDir Path temporary) throws Exception {
        liveOnWithoutDescriptors(ClassPath.withDirectories(temporary));
    }

    @Test
    @Timeout(60)
    void serverWhoseClassesAreInJarsNeedsNoneThatItCannotLoad(@TempDir Path temporary) throws Exception {
        liveOnWithoutDescriptors(ClassPath.withJars(temporary));
    }

    /** A class, a log, a file of the handlers. */
    @Test
    @Timeout(60)
    void fileCanBeOpenedInEachTickOfAPause() throws Exception {
        try (ExhaustedProcess process = ExhaustedProcess.start()) {
            assertThat(process.refusals()).isZero();
        }
    }

    private static void liveOnWithoutDescriptors(String classPath) throws IOException {
        try (ExhaustedProcess process = ExhaustedProcess.startFrom(classPath)) {
            int served = process.talk();
            for (int i = 0; i < 5; i++) {
                process.replace(i, served + i);
            }
            assertThat(process.ask().active()).isEqualTo(served);

            process.recover();

            assertThat(process.log())
                    .contains("cannot accept")
                    .contains("raise the limit of open files")
                    .doesNotContain("NoClassDefFoundError", "ClassNotFoundException", "ExceptionInInitializerError");
        }
    }

    private static void exhaustAndRecover(String... arguments) throws Exception {
        try (ExhaustedProcess process = ExhaustedProcess.start(arguments)) {
            process.recover();
        }
    }
}
