package io.gyre.bench.report;

import java.util.List;
import java.util.Map;

/** All that a run has measured. It is kept as JSON, of which the report can be made again. */
public interface RunResults {
    /** {@return when, in UTC} */
    String started();

    /** {@return whether it was only to see that everything runs} */
    boolean isQuick();

    /** {@return the machine, the versions, the settings; by name, in the order in which they are shown} */
    Map<String, String> environment();

    /** {@return what could not be measured, and why} */
    default List<String> failures() {
        return List.of();
    }

    /** {@return what is said about the run} */
    Report report();
}
