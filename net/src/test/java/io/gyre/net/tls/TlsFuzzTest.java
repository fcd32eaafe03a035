package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** Somebody between two ends changes what they send: each ends in time, with the right bytes or with a failure. */
@Timeout(120)
final class TlsFuzzTest {
    /** CI runs ten times as many. */
    private static final int CASES = Integer.getInteger("tls.fuzz.cases", 1_000);

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int AT_A_TIME = 50;

    /** More than a handshake and the bytes after it have, so that some attacks miss. */
    private static final int MAX_OFFSET = 2_500;

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final TlsOptions[] SERVERS = Arrays.stream(VERSIONS)
            .map(version -> TlsPair.SERVER.withProtocols(version))
            .toArray(TlsOptions[]::new);
    private static final TlsOptions[] CLIENTS = Arrays.stream(VERSIONS)
            .map(version -> TlsPair.CLIENT.withProtocols(version))
            .toArray(TlsOptions[]::new);
    private static final byte[] MESSAGE = "hello".getBytes(US_ASCII);
    private static final int MAX_RECORD = 16_384 + 256;

    /** What happens to the bytes of one direction, once it has passed a number of them. */
    enum Attack {
        NOTHING,
        FLIP_A_BIT,
        LOSE_A_BYTE,
        REPEAT,
        END,
        RESET,
        GO_SILENT,
        ONE_BYTE_AT_A_TIME,
        ALERT,
        EMPTY_RECORDS,
        LARGEST_RECORD,
        RECORD_TOO_LARGE,
        GARBAGE,
        UNKNOWN_RECORD,
        SWAP_RECORDS
    }

    /** One direction of the attacker. */
    private static final class Direction {
        private final ByteStream from;
        private final ByteStream to;
        private final Attack attack;
        private final int offset;
        private final Random random;
        private long passed;

        Direction(ByteStream from, ByteStream to, Attack attack, Random random) {
            this.from = from;
            this.to = to;
            this.attack = attack;
            this.offset = random.nextInt(MAX_OFFSET);
            this.random = new Random(random.nextLong());
        }

        /** Passes on until one of the ends is gone. */
        void run() {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            try {
                while (from.read(buffer.clear()) >= 0) {
                    pass(buffer.flip());
                }
                to.closeOutput();
            } catch (IOException gone) {
                from.abort();
                to.abort();
            }
        }

        private void pass(ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            boolean now = passed <= offset && offset < passed + length;
            if (attack == Attack.ONE_BYTE_AT_A_TIME) {
                while (bytes.hasRemaining()) {
                    to.write(new byte[] {bytes.get()});
                }
            } else if (now) {
                byte[] before = new byte[(int) (offset - passed)];
                bytes.get(before);
                to.write(before);
                strike(bytes);
            } else {
                to.write(bytes);
            }
            passed += length;
        }

        private void strike(ByteBuffer rest) throws IOException {
            switch (attack) {
                case NOTHING, ONE_BYTE_AT_A_TIME -> {}
                case FLIP_A_BIT ->
                    rest.put(rest.position(), (byte) (rest.get(rest.position()) ^ (1 << random.nextInt(8))));
                case LOSE_A_BYTE -> rest.get();
                case REPEAT -> to.write(rest.duplicate());
                case END -> {
                    to.closeOutput();
                    throw new IOException("attack");
                }
                case RESET -> throw new IOException("attack");
                case GO_SILENT -> from.readAll(1 << 20); // until the end gives up
                case ALERT ->
                    to.write(record(21, new byte[] {(byte) (1 + random.nextInt(2)), (byte) random.nextInt(256)}));
                case EMPTY_RECORDS -> {
                    for (int i = 0; i < 200; i++) {
                        to.write(record(random.nextBoolean() ? 22 : 23, new byte[0]));
                    }
                }
                case LARGEST_RECORD -> to.write(record(22, randomBytes(MAX_RECORD)));
                case RECORD_TOO_LARGE -> to.write(record(22, randomBytes(MAX_RECORD + 1 + random.nextInt(40_000))));
                case GARBAGE -> to.write(randomBytes(1 + random.nextInt(100)));
                case UNKNOWN_RECORD -> to.write(record(random.nextInt(256), randomBytes(random.nextInt(100))));
                case SWAP_RECORDS -> swapHalves(rest);
            }
            to.write(rest);
        }

        private void swapHalves(ByteBuffer rest) throws IOException {
            ByteBuffer first = rest.slice(rest.position(), rest.remaining() / 2);
            rest.position(rest.position() + first.remaining());
            to.write(rest.duplicate());
            rest.position(rest.limit());
            to.write(first);
        }

        private byte[] randomBytes(int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        private static byte[] record(int type, byte[] content) {
            return ByteBuffer.allocate(5 + content.length)
                    .put((byte) type)
                    .put((byte) 3)
                    .put((byte) 3)
                    .putShort((short) content.length)
                    .put(content)
                    .array();
        }
    }

    private interface Talk {
        byte[] run() throws IOException;
    }

    /** {@return the bytes that an end has received; null if it failed as a stream may} */
    private static byte @Nullable [] outcome(Talk talk) {
        try {
            return talk.run();
        } catch (IOException | TimeoutException expected) {
            return null;
        }
    }

    private static void attack(int seed) {
        var random = new Random(seed);
        Attack[] attacks = Attack.values();
        Attack forth = attacks[random.nextInt(attacks.length)];
        Attack back = random.nextInt(4) == 0 ? attacks[random.nextInt(attacks.length)] : Attack.NOTHING;
        if (random.nextBoolean()) {
            Attack swapped = forth;
            forth = back;
            back = swapped;
        }
        int version = random.nextInt(VERSIONS.length);
        boolean fresh = random.nextInt(8) == 0; // others continue the session of an earlier case
        TlsOptions serving = fresh ? TlsPair.SERVER.withProtocols(VERSIONS[version]) : SERVERS[version];
        TlsOptions calling = fresh ? TlsPair.CLIENT.withProtocols(VERSIONS[version]) : CLIENTS[version];
        StreamPair<MemoryStream> near = MemoryStream.pair();
        StreamPair<MemoryStream> far = MemoryStream.pair();
        var there = new Direction(near.right(), far.left(), forth, random);
        var here = new Direction(far.left(), near.right(), back, random);
        Task<?> passingOn = createTask(() -> there.run());
        Task<?> passingBack = createTask(() -> here.run());
        Task<byte @Nullable []> server = createTask(() -> outcome(() -> {
            try (TlsStream stream = TlsStream.server(far.right(), serving)) {
                stream.setReadTimeout(PATIENCE);
                byte[] received = stream.readExactly(MESSAGE.length);
                stream.write(received);
                return received;
            }
        }));
        byte[] answer = outcome(() -> {
            try (TlsStream stream = TlsStream.client(near.left(), "localhost", calling)) {
                stream.setReadTimeout(PATIENCE);
                stream.write(MESSAGE);
                return stream.readExactly(MESSAGE.length);
            }
        });
        byte[] received = server.await();
        passingOn.await();
        passingBack.await();
        String what = "case " + seed + ": " + forth + " and " + back + " with " + VERSIONS[version];
        assertThat(answer == null || received != null)
                .as(what + ": answer without a question")
                .isTrue();
        for (byte[] each : new byte[][] {answer, received}) {
            if (each != null) {
                assertThat(each).as(what).isEqualTo(MESSAGE);
            }
        }
        if (harmless(forth) && harmless(back)) {
            assertThat(answer).as(what).isEqualTo(MESSAGE);
        }
        assertThat(List.of(near.left().isOpen(), far.right().isOpen()))
                .as(what + ": open")
                .containsOnly(false);
    }

    private static boolean harmless(Attack attack) {
        return attack == Attack.NOTHING || attack == Attack.ONE_BYTE_AT_A_TIME;
    }

    @LoopTest(timeoutMillis = 110_000)
    void attackerCanBreakOffButNotForgeOrHang(VirtualClock clock) {
        for (int first = 0; first < CASES; first += AT_A_TIME) {
            var cases = new ArrayList<Task<?>>();
            for (int i = 0; i < AT_A_TIME; i++) {
                int seed = first + i;
                cases.add(createTask("case " + seed, () -> attack(seed)));
            }
            cases.forEach(Task::await);
        }
    }
}
