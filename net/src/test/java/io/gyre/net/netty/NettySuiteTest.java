package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.gyre.net.Feature;
import io.gyre.net.netty.NettySuite.Loops;
import io.netty.channel.EventLoopGroup;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs Netty's own tests of its transports on Netty's event loop and on Gyre's, and compares the outcomes test by test.
 *
 * <p>By itself it runs a few, {@code -Dnetty.suite=most} all that are not slow, as CI does, {@code -Dnetty.suite=all} the slow
 * ones, too, {@code -Dnetty.suite=SocketEcho,SocketRst} those, and {@code -Dnetty.suite.rounds=20} each of them so many
 * times.
 */
class NettySuiteTest {
    /** Long for a loaded machine; a test of Netty's with a limit of its own keeps it. */
    private static final String LIMIT = "60 s";

    /** What finds most soonest: everyday use, partial writes, readiness that was not asked for, the end. */
    private static final Set<String> FEW = Set.of("SocketEcho", "SocketGatheringWrite", "SocketAutoRead", "SocketRst");

    /** They take a minute and more: the first because three of its tests time out on both loops. */
    private static final Set<String> SLOW = Set.of("SocketHalfClosed", "SocketSslEcho");

    /** Of Netty's tests, which tell of each of their variants; kept, because a logger without an owner forgets its level. */
    private static final Map<String, Logger> LOGS = new HashMap<>();

    @TestFactory
    @Feature("Netty's own tests pass on the loop")
    Stream<DynamicTest> nettysTestsHaveTheSameOutcomeOnBothLoops() {
        return Arrays.stream(NettySuite.class.getDeclaredClasses())
                .filter(type -> type.getSuperclass().getName().startsWith("io.netty.testsuite.transport.socket.")
                        && type.getSuperclass().getName().endsWith("Test"))
                .filter(type -> isChosen(type.getSimpleName()))
                .sorted((one, other) -> one.getSimpleName().compareTo(other.getSimpleName()))
                .map(type -> dynamicTest(type.getSimpleName(), () -> compare(type)));
    }

    private static boolean isChosen(String name) {
        String chosen = System.getProperty("netty.suite", "");
        return switch (chosen) {
            case "" -> FEW.contains(name);
            case "most" -> !SLOW.contains(name);
            case "all" -> true;
            default -> Set.of(chosen.split(",", -1)).contains(name);
        };
    }

    private static void compare(Class<?> type) {
        Map<String, String> onNetty = run(type, Loops.NETTY);
        assertThat(onNetty.values()).as("outcomes on Netty's loop").anyMatch(outcome -> !outcome.equals("FAILED"));
        for (int round = 1; round <= Integer.getInteger("netty.suite.rounds", 1); round++) {
            assertThat(run(type, Loops.GYRE)).as("round %d", round).isEqualTo(onNetty);
        }
        onNetty.forEach((test, outcome) -> {
            if (!outcome.equals("SUCCESSFUL")) {
                System.getLogger("io.gyre.net.netty")
                        .log(
                                System.Logger.Level.INFO,
                                "on both loops: {0}.{1} {2}",
                                type.getSimpleName(),
                                test,
                                outcome);
            }
        });
    }

    private static Map<String, String> run(Class<?> type, Loops loops) {
        LOGS.computeIfAbsent(type.getName(), Logger::getLogger).setLevel(Level.WARNING);
        EventLoopGroup group = loops.start();
        NettySuite.runOn(group);
        var outcomes = new TreeMap<String, String>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(type))
                .configurationParameter("junit.jupiter.execution.timeout.default", LIMIT)
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                    note(test, result.getStatus().name(), result.getThrowable().orElse(null));
                }
            }

            @Override
            public void executionSkipped(TestIdentifier test, String reason) {
                note(test, "SKIPPED", null);
            }

            private void note(TestIdentifier test, String outcome, @Nullable Throwable failure) {
                // names of parameters change from run to run, numbers do not
                outcomes.put(test.getUniqueId().replaceFirst(".*\\[class:[^]]*]/?", ""), outcome);
                if (failure != null) {
                    System.getLogger("io.gyre.net.netty")
                            .log(
                                    System.Logger.Level.INFO,
                                    loops + ": " + type.getSimpleName() + "." + test.getDisplayName(),
                                    failure);
                }
            }
        });
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return outcomes;
    }
}
