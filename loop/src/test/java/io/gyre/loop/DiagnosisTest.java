package io.gyre.loop;

import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Diagnosis.Evidence;
import io.gyre.loop.Diagnosis.Kind;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is made of what the JVM and the system say. That they say it: {@link SlowStepKindsTest}. */
class DiagnosisTest {
    private static final StackTraceElement USER = new StackTraceElement("com.example.Main", "compute", "Main.java", 7);
    private static final StackTraceElement INITIALIZER =
            new StackTraceElement("com.example.Heavy", "<clinit>", "Heavy.java", 12);
    private static final StackTraceElement LOAD_CLASS = ofJdk("java.lang.ClassLoader", "loadClass", 1);
    private static final StackTraceElement INFLATE = ofJdk("java.util.zip.Inflater", "inflateBytesBytes", -2);
    private static final StackTraceElement OPEN = ofJdk("java.io.FileInputStream", "open0", -2);
    private static final StackTraceElement PARK = ofJdk("jdk.internal.misc.Unsafe", "park", -2);
    private static final StackTraceElement AWAIT = ofJdk("java.util.concurrent.CountDownLatch", "await", 1);

    private boolean parked;
    private boolean forNobody;
    private SystemThread.State inSystem = SystemThread.State.RUNNABLE;

    private static StackTraceElement ofJdk(String type, String method, int line) {
        return new StackTraceElement(null, "java.base", null, type, method, null, line);
    }

    /** Of a step of 200 ms, where 100 ms are slow. */
    private Diagnosis after(long cpuMillis, StackTraceElement... stack) {
        return Objects.requireNonNull(Diagnosis.of(
                new Evidence(nanos(200), nanos(cpuMillis), 0, 0, parked, forNobody, inSystem),
                stack,
                nanos(100),
                nanos(100)));
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void computingIsAdvisedToGoElsewhere() {
        Diagnosis computing = after(190, USER);

        assertThat(computing.kind()).isEqualTo(Kind.COMPUTING);
        assertThat(computing.text())
                .contains("190 ms of processor time")
                .contains("Async.offload")
                .contains("Async.yieldNow");
    }

    @Test
    void computingInNativeMethodsIsComputing() {
        assertThat(after(190, INFLATE, USER).kind()).isEqualTo(Kind.COMPUTING);
    }

    @Test
    void classLoadingIsCalledByItsName() {
        assertThat(after(190, INFLATE, LOAD_CLASS, USER).kind()).isEqualTo(Kind.LOADING_CLASSES);
        assertThat(after(190, USER, INITIALIZER).text())
                .contains("It loads or initialises classes")
                .contains("for the first time in Async.offload");
    }

    @Test
    void fileIsNamedWithTheCallOfTheUser() {
        inSystem = SystemThread.State.ASLEEP;

        Diagnosis waiting = after(1, OPEN, ofJdk("java.io.FileInputStream", "<init>", 1), USER);

        assertThat(waiting.kind()).isEqualTo(Kind.FILE);
        assertThat(waiting.text()).contains("waits for a file or device in java.io.FileInputStream.<init>");
    }

    @Test
    void lookUpIsALookUpWhateverItReads() {
        inSystem = SystemThread.State.ASLEEP;
        StackTraceElement getByName = ofJdk("java.net.InetAddress", "getByName", 1);

        assertThat(after(1, OPEN, getByName, USER).kind()).isEqualTo(Kind.LOOK_UP);
        assertThat(after(1, ofJdk("java.net.Inet6AddressImpl", "lookupAllHostAddr", -2), getByName, USER)
                        .text())
                .contains("name look-up in java.net.InetAddress.getByName")
                .contains("Dns.resolve");
    }

    @Test
    void nativeCallThatTheJvmDoesNotShowIsSeenByTheSystem() {
        inSystem = SystemThread.State.ASLEEP;

        Diagnosis waiting = after(1, USER);

        assertThat(waiting.kind()).isEqualTo(Kind.NATIVE);
        assertThat(waiting.text()).contains("native call: com.example.Main.compute(Main.java:7)");
    }

    @Test
    void computingThreadThatHappensToWaitComputes() {
        inSystem = SystemThread.State.ASLEEP;

        assertThat(after(150, USER).kind()).isEqualTo(Kind.COMPUTING);
    }

    @Test
    void whereTheSystemSaysNothingANativeMethodBlocks() {
        inSystem = SystemThread.State.UNKNOWN;

        assertThat(after(1, OPEN, USER).kind()).isEqualTo(Kind.FILE);
        assertThat(after(150, USER).kind()).isEqualTo(Kind.COMPUTING);
    }

    @Test
    void pinnedParkNamesTheFrameThatPins() {
        parked = true;

        assertThat(after(1, PARK, AWAIT, USER, INITIALIZER, USER).text())
                .contains("parked in java.util.concurrent.CountDownLatch.await")
                .contains("because com.example.Heavy.<clinit>(Heavy.java:12) pins it")
                .contains("No task of this loop can end this wait, only another thread.");
        assertThat(after(1, PARK, AWAIT, USER, LOAD_CLASS).text())
                .contains("ClassLoader.loadClass")
                .contains("pins it");
        assertThat(after(1, PARK, AWAIT, USER, ofJdk("java.lang.X", "invoke0", -2), USER)
                        .text())
                .contains("X.invoke0(Native Method) pins it");
        assertThat(after(1, PARK, AWAIT, USER).text()).contains("a call from native code pins it");
    }

    @Test
    void pinnedParkThatNobodyCanEndIsSaidToBeForGood() {
        parked = true;
        forNobody = true;

        assertThat(after(1, PARK, AWAIT, INITIALIZER).text())
                .contains("no other platform thread")
                .contains("it will never end");
    }

    @Test
    void parkOfOursIsKnownByItsStack() {
        parked = true;
        try (var driven = new HandDrivenLoop()) {
            Task<?> sleeper = driven.start(() -> Async.sleep(ONE_DAY));

            Diagnosis waiting = after(1, sleeper.stackTrace());

            assertThat(waiting.kind()).isEqualTo(Kind.PINNED);
            assertThat(waiting.text()).contains("the wait is about to fail");
            sleeper.cancel("the end");
            driven.settle();
        }
    }
}
