package io.gyre.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What was asked for on the command line of {@link Micro}.
 *
 * @param pattern a regular expression; a benchmark runs if it is found in its name
 * @param quick whether this is only to see that everything runs; the figures mean nothing
 * @param rounds how often the whole set runs
 */
record MicroOptions(String pattern, boolean quick, int rounds) {
    static final String USAGE = "usage: bench/run micro [pattern] [--quick] [--rounds N]";

    /** Each round has JVMs of its own. Two is the least that shows whether a figure can be had again. */
    private static final int DEFAULT_ROUNDS = 2;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a message that says how to do it right
     */
    static MicroOptions parse(List<String> arguments) {
        var patterns = new ArrayList<String>();
        boolean quick = false;
        int rounds = 0;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--quick" -> quick = true;
                case "--rounds" -> rounds = parseRounds(++i < arguments.size() ? arguments.get(i) : "");
                default -> patterns.add(parsePattern(argument));
            }
        }
        if (patterns.size() > 1) {
            throw new IllegalArgumentException("more than one pattern: " + patterns + "\n" + USAGE);
        }
        if (rounds == 0) {
            rounds = quick ? 1 : DEFAULT_ROUNDS;
        }
        return new MicroOptions(patterns.isEmpty() ? ".*" : patterns.getFirst(), quick, rounds);
    }

    private static int parseRounds(String argument) {
        if (!argument.matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException("--rounds needs a number from 1 to 99\n" + USAGE);
        }
        return Integer.parseInt(argument);
    }

    private static String parsePattern(String argument) {
        if (argument.startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + argument + "\n" + USAGE);
        }
        try {
            return Pattern.compile(argument).pattern();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + e.getMessage() + "\n" + USAGE, e);
        }
    }
}
