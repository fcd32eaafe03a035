package io.gyre.bench.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
    @TempDir
    Path directory;

    @Test
    void withoutToolsOnlyThoseInJavaAreThereAndTheOthersSayWhatToInstall() throws Exception {
        List<Peer> peers = new Peers(Workshop.in(directory), new Tools("")).all();

        assertThat(peers.stream().filter(Peer::isPresent).map(Peer::id))
                .startsWith("floor", "gyre-streams")
                .endsWith("floor-again")
                .containsExactlyElementsOf(Arrays.stream(JavaServer.values())
                        .filter(server -> server.isCompared(false))
                        .map(JavaServer::id)
                        .toList());
        Map<String, String> missing = peers.stream()
                .filter(peer -> peer.missing() != null)
                .collect(Collectors.toMap(Peer::id, peer -> String.valueOf(peer.missing())));
        assertThat(missing).hasSize(6);
        assertThat(missing.get("c-epoll")).contains("install gcc");
        assertThat(missing.get("go")).contains("install golang-go");
        assertThat(missing.get("uvloop-streams")).contains("install python3-uvloop");
        assertThat(missing.get("asyncio-protocol")).contains("install python3");
    }

    @Test
    void overTlsThereAreThoseThatSpeakIt() throws Exception {
        List<Peer> peers = new Peers(Workshop.in(directory), new Tools("")).allOverTls();

        assertThat(peers)
                .extracting(Peer::id)
                .startsWith("floor", "gyre-streams", "gyre-openssl")
                .endsWith("floor-again")
                .contains("netty-openssl", "go", "uvloop-streams")
                .doesNotContain("vertx", "c-epoll", "gyre-loops");
        assertThat(peers.stream().filter(Peer::isJava)).allSatisfy(peer -> assertThat(peer.command())
                .contains(new SelfSigned(directory.toAbsolutePath()).jvmOption()));
        assertThat(Files.readString(directory.resolve("server.pem")))
                .contains("-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----");
    }

    @Test
    void virtualThreadsHaveOneCarrier() {
        assertThat(JavaServer.VIRTUAL_THREADS.jvmOptions()).contains("-Djdk.virtualThreadScheduler.parallelism=1");
        assertThat(JavaServer.FLOOR.jvmOptions()).isEmpty();
    }
}
