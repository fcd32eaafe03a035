package io.gyre.loop.internal.vthread;

/** The JVM flag without which {@link VirtualThreads} cannot work: it opens a package of the JDK. */
public final class RequiredFlag {
    private RequiredFlag() {}

    /**
     * Fails if the JVM was started without the flag, with one message that says what to add and where.
     *
     * @throws IllegalStateException if {@code java.lang} is not open to this library
     */
    public static void check() {
        check(Object.class.getModule(), RequiredFlag.class.getModule());
    }

    /** {@return whether the JVM was started with the flag} */
    static boolean isGiven() {
        return isGiven(Object.class.getModule(), RequiredFlag.class.getModule());
    }

    private static boolean isGiven(Module base, Module gyre) {
        return base.isOpen("java.lang", gyre);
    }

    static void check(Module base, Module gyre) {
        if (!isGiven(base, gyre)) {
            throw new IllegalStateException("""
                    Gyre needs the JVM flag
                        --add-opens java.base/java.lang=%1$s
                    because a task is a virtual thread whose scheduler is the loop, and the JDK has no public way to say so. \
                    Add it where your program is started:
                      command line       java --add-opens java.base/java.lang=%1$s ...
                      runnable jar       manifest attribute  Add-Opens: java.base/java.lang
                      Maven Surefire     <argLine>--add-opens java.base/java.lang=%1$s</argLine>
                      Maven exec         <argument>--add-opens</argument><argument>java.base/java.lang=%1$s</argument>
                      Gradle             jvmArgs("--add-opens", "java.base/java.lang=%1$s")
                      JMH                @Fork(jvmArgsAppend = {"--add-opens", "java.base/java.lang=%1$s"})
                      anything else      environment variable JDK_JAVA_OPTIONS""".formatted(gyre.isNamed() ? gyre.getName() : "ALL-UNNAMED"));
        }
    }
}
