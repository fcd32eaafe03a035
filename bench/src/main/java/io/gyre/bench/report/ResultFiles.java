package io.gyre.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The files of one run: every figure as compressed JSON, the report as Markdown, and with charts as a page. */
public record ResultFiles(Path directory, String name) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int GZIP_FIRST_BYTE = 0x1f;

    public void write(RunResults results) throws IOException {
        Report report = results.report();
        Files.createDirectories(directory);
        try (var out = new GZIPOutputStream(Files.newOutputStream(file(".json.gz")))) {
            JSON.writeValue(out, results);
        }
        Files.writeString(file(".md"), MarkdownReport.render(report));
        if (report.charts() != null) {
            Files.writeString(file(".html"), HtmlReport.render(report));
        }
    }

    /** {@return the results that an earlier run has written, compressed or not} */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        try (var plain = new PushbackInputStream(new FileInputStream(file.toFile()))) {
            int first = plain.read();
            if (first >= 0) {
                plain.unread(first);
            }
            InputStream json = first == GZIP_FIRST_BYTE ? new GZIPInputStream(plain) : plain;
            return JSON.readValue(json, type);
        }
    }

    /** {@return the name of an earlier run, from its JSON} */
    public static String nameOf(Path json) {
        return json.getFileName().toString().replaceFirst("\\.json(\\.gz)?$", "");
    }

    public boolean exist() {
        return Files.exists(file(".md"));
    }

    private Path file(String extension) {
        return directory.resolve(name + extension);
    }

    @Override
    public String toString() {
        return directory.toAbsolutePath().resolve(name) + ".*";
    }
}
