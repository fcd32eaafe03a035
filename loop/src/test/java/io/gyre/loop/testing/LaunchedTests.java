package io.gyre.loop.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What JUnit makes of a test class: for tests of tests that must fail. */
public final class LaunchedTests implements TestExecutionListener {
    /** One test that has ended. */
    public record Ended(String displayName, TestExecutionResult result) {
        public boolean isSuccessful() {
            return result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        }

        public Throwable failure() {
            return result.getThrowable().orElseThrow(() -> new AssertionError(displayName + " was expected to fail"));
        }
    }

    private final List<Ended> ended = new ArrayList<>();

    private LaunchedTests() {}

    /** Runs one method of a class. {@return how its invocations ended} */
    public static List<Ended> of(Class<?> testClass, String method, Class<?>... parameters) {
        return launch(selectMethod(testClass, method, parameters));
    }

    private static List<Ended> launch(DiscoverySelector selector) {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
        LauncherConfig config = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .build();
        var listener = new LaunchedTests();
        LauncherFactory.create(config).execute(request, listener);
        return listener.ended;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
            ended.add(new Ended(test.getDisplayName(), result));
        }
    }
}
