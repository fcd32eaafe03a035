package io.gyre.loop;

/** Names of loops that were given none: all different, so that a message about two loops distinguishes them. */
final class DefaultNames {
    private static final Object MONITOR = new Object();
    private static int last;

    private DefaultNames() {}

    /** {@return the name in the options, or the next of gyre-1, gyre-2 and so on} */
    static String of(LoopOptions options) {
        String name = options.name();
        return name == null ? next() : name;
    }

    /** {@return the options, with the next of these names if they have none} For threads named like their loop. */
    static LoopOptions named(LoopOptions options) {
        return options.withName(of(options));
    }

    private static String next() {
        synchronized (MONITOR) { // held for a few instructions
            last++;
            return "gyre-" + last;
        }
    }
}
