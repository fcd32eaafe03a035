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

    private static String next() {
        synchronized (MONITOR) { // held for a few instructions
            last++;
            return "gyre-" + last;
        }
    }
}
