package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.net.Feature;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The module brings no Netty along: without it, everything but this package works. */
class NettyFreeTest {
    @Test
    @Feature("Netty is optional")
    void netWorksWithoutNettyOnTheClassPath() throws IOException {
        assertThat(OwnJvm.run(
                        NettyFree.class,
                        entry -> !entry.getFileName().toString().startsWith("netty-")))
                .containsExactly("no Netty", "loaded", "hello");
    }
}
