package io.gyre.bench.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The Pythons that the peers run on.
 *
 * @param any one with uvloop if there is one, so that asyncio and uvloop run on the same
 * @param withUvloop the first on the search path that has uvloop
 */
public record Pythons(Optional<Path> any, Optional<Path> withUvloop) {
    public static final String NO_PYTHON = "there is no python3 on the PATH; install python3";

    public static final String NO_UVLOOP = "no python3 on the PATH has uvloop; install python3-uvloop";

    public static Pythons of(Tools tools) {
        Optional<Path> withUvloop = tools.all("python3")
                .filter(python ->
                        Tools.output(python.toString(), "-c", "import uvloop").isPresent())
                .findFirst();
        return new Pythons(withUvloop.or(() -> tools.find("python3")), withUvloop);
    }
}
