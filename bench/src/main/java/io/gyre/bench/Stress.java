package io.gyre.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * Runs the jcstress tests: the real ones, all of which must pass, or their broken twins, each of which must fail.
 *
 * <p>A test of a race that has never been seen to fail says nothing. Started by {@code bench/run jcstress}, in a directory
 * where jcstress may leave its files.
 */
public final class Stress {
    private static final String PACKAGE = ".internal.entry.";
    private static final String REAL = "^(?!.*[.$]Broken$)";
    private static final String BROKEN = "[.$]Broken$";

    private Stress() {}

    /**
     * Runs one kind of tests; exits with 1 if one is not as it should be.
     *
     * @param arguments {@code real} or {@code broken}, then options of jcstress
     */
    public static void main(String[] arguments) throws Exception {
        boolean areBroken = arguments[0].equals("broken");
        var all = new ArrayList<>(List.of("-t", areBroken ? BROKEN : REAL, "-r", "report-" + arguments[0]));
        all.addAll(List.of(arguments).subList(1, arguments.length));
        var options = new Options(all.toArray(String[]::new));
        if (!options.parse()) {
            System.exit(2);
        }
        var jcstress = new JCStress(options);
        try {
            jcstress.run();
        } catch (AssertionError failures) {
            // jcstress reports all failures once more in this way; which of them are wanted is decided below.
        }
        System.exit(judge(areBroken, jcstress.getTests(), results(options)) ? 0 : 1);
    }

    private static Collection<TestResult> results(Options options) throws IOException, ClassNotFoundException {
        var collector = new InProcessCollector();
        var reader = new DiskReadCollector(options.getResultFile(), collector);
        reader.dump();
        reader.close();
        return collector.getTestResults();
    }

    private static boolean judge(boolean areBroken, Collection<String> tests, Collection<TestResult> results) {
        System.out.printf("%n%s%n", areBroken ? "Each is broken and must fail:" : "Each must pass:");
        boolean allAsTheyShould = !tests.isEmpty();
        for (String test : tests) {
            List<TestResult> ofTest = results.stream()
                    .filter(result -> result.getName().equals(test))
                    .filter(result -> result.status() != Status.API_MISMATCH)
                    .toList();
            long passed = ofTest.stream().filter(Stress::passed).count();
            boolean asItShould = !ofTest.isEmpty()
                    && ofTest.stream().allMatch(result -> result.status() == Status.NORMAL)
                    && areBroken == (passed < ofTest.size());
            allAsTheyShould &= asItShould;
            System.out.printf(
                    "  %-6s %s: %d of %d configurations passed, %,d samples%n",
                    asItShould ? "ok" : "WRONG",
                    test.substring(test.indexOf(PACKAGE) + PACKAGE.length()),
                    passed,
                    ofTest.size(),
                    ofTest.stream().mapToLong(TestResult::getTotalCount).sum());
        }
        return allAsTheyShould;
    }

    private static boolean passed(TestResult result) {
        return result.status() == Status.NORMAL && !result.isEmpty() && result.grading().isPassed;
    }
}
