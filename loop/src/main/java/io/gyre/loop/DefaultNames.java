package io.gyre.loop;

/** Names of loops whose user gives none: different ones, so that a message about two loops tells them apart. */
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
        synchronized (MONITOR) { // for an instruction
            last++;
            return "gyre-" + last;
        }
    }
}
