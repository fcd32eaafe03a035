package io.gyre.loop.process;

import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command line of a child JVM. It finds classes where this JVM finds them. */
final class ChildCommand {
    private static final String OPENS = "java.base/java.lang=";

    private ChildCommand() {}

    /**
     * {@return the command line}
     *
     * @param parent the address at which the parent listens for the child
     */
    static List<String> of(ProcessPoolOptions options, InetSocketAddress parent) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-opens");
        command.add(OPENS + "ALL-UNNAMED");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(options.jvmArgs());
        command.add("-cp");
        command.add(absolute(System.getProperty("java.class.path", "")));
        addMain(command, WorkerMain.class.getModule(), System.getProperty("jdk.module.path"));
        command.add(parent.getAddress().getHostAddress());
        command.add(String.valueOf(parent.getPort()));
        return command;
    }

    private static void addMain(List<String> command, Module module, @Nullable String modulePath) {
        if (!module.isNamed()) {
            command.add(WorkerMain.class.getName());
            return;
        }
        if (modulePath != null) {
            command.add("--module-path");
            command.add(absolute(modulePath));
            command.add("--add-modules");
            command.add("ALL-MODULE-PATH");
        }
        command.add("--add-opens");
        command.add(OPENS + module.getName());
        command.add("--module");
        command.add(module.getName() + "/" + WorkerMain.class.getName());
    }

    /** Relative entries keep the meaning that they had when this JVM was started. */
    private static String absolute(String path) {
        var entries = new ArrayList<String>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            entries.add(new File(entry).getAbsolutePath());
        }
        return String.join(File.pathSeparator, entries);
    }
}
