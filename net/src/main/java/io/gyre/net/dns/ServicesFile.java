package io.gyre.net.dns;

import io.gyre.loop.LowLevel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnknownServiceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A services database: a file whose lines have a name, a port with its protocol, and further names of the service.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/services.5.html">services(5)</a>
 */
record ServicesFile(Path path) {
    /*
     * Design.
     *
     * Each question reads the file, on a thread of the look-ups, because reading blocks. So an edited file counts at
     * once, and no entry is kept in memory; the cache above remembers the answers. The limit of the size also limits
     * the lines and their number.
     */

    static final ServicesFile SYSTEM = new ServicesFile(ofSystem());

    /** Some four times the whole registry of IANA. */
    static final int MAX_BYTES = 4 << 20;

    private static final Pattern PORT = Pattern.compile("(\\d{1,5})/(\\w+)");

    private static final int HIGHEST = 65535;

    private static final String REMEDY = ", or use the port's number.";

    private record Question(Path path, Service service) {}

    private static Path ofSystem() {
        return File.separatorChar == '\\'
                ? Path.of(
                        Objects.requireNonNullElse(System.getenv("SystemRoot"), "C:\\Windows"),
                        "System32",
                        "drivers",
                        "etc",
                        "services")
                : Path.of("/etc/services");
    }

    /** Finds the port of a service. Suspends; cancellation ends the wait at once. */
    int port(Service service) throws IOException {
        OptionalInt port;
        try {
            port = LookupPool.ofLoop().ask(new Question(path, service), () -> find(service));
        } catch (NoSuchFileException missing) {
            throw unknown(service, " does not exist. Install the system's services database" + REMEDY, missing);
        } catch (IOException unreadable) {
            throw new IOException(
                    "cannot find " + service + ": cannot read " + LowLevel.describe(path) + " ("
                            + LowLevel.describe(unreadable) + "). Check the file" + REMEDY,
                    unreadable);
        }
        if (port.isEmpty()) {
            throw unknown(service, " has no such name. Check the spelling, upper and lower case, too" + REMEDY, null);
        }
        return port.getAsInt();
    }

    private UnknownServiceException unknown(Service service, String why, @Nullable IOException cause) {
        var unknown = new UnknownServiceException("cannot find " + service + ": " + LowLevel.describe(path) + why);
        unknown.initCause(cause);
        return unknown;
    }

    /** Blocks. */
    private OptionalInt find(Service service) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(path)) {
            content = in.readNBytes(MAX_BYTES + 1);
        }
        if (content.length > MAX_BYTES) {
            throw new IOException("it is larger than " + MAX_BYTES + " bytes");
        }
        return new String(content, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(service.name()))
                .mapToInt(line -> portIn(line, service))
                .filter(port -> port > 0)
                .findFirst();
    }

    /** {@return the port in a line; 0 if the line is about another service, or malformed} */
    private static int portIn(String line, Service service) {
        String entry = line.split("#", 2)[0]; // the rest is a comment
        String[] words = entry.strip().split("\\s+");
        if (words.length < 2) {
            return 0;
        }
        Matcher port = PORT.matcher(words[1]);
        List<String> aliases = Arrays.asList(words).subList(2, words.length);
        boolean matches = (words[0].equals(service.name()) || aliases.contains(service.name()))
                && port.matches()
                && port.group(2).equals(service.protocol().inDatabase());
        int number = matches ? Integer.parseInt(port.group(1)) : 0;
        return number <= HIGHEST ? number : 0;
    }
}
