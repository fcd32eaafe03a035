package io.gyre.bench.results;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * When a run began.
 *
 * @param utc the time
 */
public record StartTime(LocalDateTime utc) {
    /** {@return this moment} */
    public static StartTime now() {
        return new StartTime(LocalDateTime.now(ZoneOffset.UTC));
    }

    /** {@return the time for a report} */
    public String text() {
        return format("yyyy-MM-dd HH:mm") + " UTC";
    }

    /**
     * {@return the name of the report, without an extension}
     *
     * @param benchmark what has run
     */
    public String nameOf(String benchmark) {
        return benchmark + "-" + format("yyyyMMdd-HHmmss");
    }

    private String format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(utc);
    }
}
