package io.gyre.bench.results;

import io.gyre.bench.process.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Describes the machine and the checkout that a run is made on. */
public final class Machine {
    private static final Pattern MODEL = Pattern.compile("^model name\\s*:\\s*(.*)$", Pattern.MULTILINE);
    private static final Pattern MEMORY = Pattern.compile("^MemTotal:\\s*(\\d+) kB$", Pattern.MULTILINE);
    private static final long KIB_PER_GIB = 1024 * 1024;

    private Machine() {}

    public static Map<String, String> describe() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("processor", find(MODEL, "/proc/cpuinfo"));
        facts.put("cores", Tools.output("nproc", "--all").orElse("?"));
        facts.put("memory", gibibytes(find(MEMORY, "/proc/meminfo")));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("load before", read("/proc/loadavg"));
        facts.put("commit", commit());
        return facts;
    }

    private static String commit() {
        String head = Tools.output("git", "describe", "--always", "--dirty", "--abbrev=12")
                .orElse("?");
        return head.endsWith("-dirty") ? head.replace("-dirty", " with changes") : head;
    }

    private static String gibibytes(String kibibytes) {
        return kibibytes.equals("?") ? "?" : Math.round((double) Long.parseLong(kibibytes) / KIB_PER_GIB) + " GiB";
    }

    private static String find(Pattern pattern, String file) {
        Matcher matcher = pattern.matcher(read(file));
        return matcher.find() ? matcher.group(1) : "?";
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException unreadable) {
            return "?";
        }
    }
}
