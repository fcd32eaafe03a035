package io.gyre.examples.documents;

import io.gyre.loop.EventLoop;
import io.gyre.net.TcpStream;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** What users see of {@code loop} and {@code net}. */
final class PublicClasses {
    private PublicClasses() {}

    /** {@return the public classes, those of internal packages and nested ones apart} */
    static List<Class<?>> all() {
        var classes = new ArrayList<Class<?>>();
        try (var files = ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, Locale.ROOT, null)) {
            files.setLocation(StandardLocation.CLASS_PATH, List.of(home(EventLoop.class), home(TcpStream.class)));
            for (JavaFileObject file :
                    files.list(StandardLocation.CLASS_PATH, "io.gyre", Set.of(JavaFileObject.Kind.CLASS), true)) {
                String name = files.inferBinaryName(StandardLocation.CLASS_PATH, file);
                if (!name.contains(".internal.") && !name.contains("$") && !name.endsWith("-info")) {
                    Class<?> type = Class.forName(name, false, PublicClasses.class.getClassLoader());
                    if (Modifier.isPublic(type.getModifiers())) {
                        classes.add(type);
                    }
                }
            }
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return classes;
    }

    private static File home(Class<?> type) throws URISyntaxException {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
