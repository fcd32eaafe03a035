package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.net.Feature;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** In a JVM of its own: other tests have loops and threads, too. */
class OneThreadTest {
    @Test
    @EnabledOnOs(OS.LINUX) // asks for the name of the selector's class
    @Feature("One selector and one thread for tasks and for Netty")
    void nettyAddsNoSelectorAndNoThread() throws IOException {
        List<String> lines = OwnJvm.run(OneThread.class, _ -> true);

        assertThat(lines).contains("selectors 1"); // a busy machine may add warnings of slow steps
        // innocuous threads are the JDK's own, from 26 on
        assertThat(lines)
                .anyMatch(line -> line.matches("threads \\[((gyre-\\d+-offload|InnocuousThread)-\\d+(, )?)*]"));
    }
}
