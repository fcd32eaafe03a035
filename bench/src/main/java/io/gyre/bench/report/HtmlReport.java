package io.gyre.bench.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The report as one HTML page that needs nothing else: the chart library and the data are in it. */
public final class HtmlReport {
    private static final String WEBJAR = "/META-INF/resources/webjars/chart.js/";
    private static final String WEBJAR_VERSION = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    /** With more they are folded. */
    private static final int FEW_TABLES = 1;

    private HtmlReport() {}

    public static String render(Report report) throws IOException {
        return resource("page.html")
                .replace("{{title}}", escape(report.title()))
                .replace("{{style}}", resource("page.css"))
                .replace("{{summary}}", summary(report))
                .replace("{{links}}", links(report))
                .replace("{{sections}}", sections(report))
                .replace("{{library}}", library())
                .replace("{{data}}", data(report.charts()))
                .replace("{{script}}", resource("page.js"));
    }

    private static String summary(Report report) {
        return report.summary().stream()
                .map(line -> "<li>" + escape(line) + "</li>\n")
                .collect(Collectors.joining());
    }

    private static String links(Report report) {
        return report.sections().stream()
                .map(section -> "<a href=\"#%s\">%s</a>\n".formatted(section.id(), escape(section.title())))
                .collect(Collectors.joining());
    }

    private static String sections(Report report) {
        var html = new StringBuilder();
        for (Section section : report.sections()) {
            html.append("<section id=\"%s\">\n<h2>%s</h2>\n".formatted(section.id(), escape(section.title())));
            paragraph(html, section.note());
            html.append("<div class=\"charts\" data-charts=\"%s\"></div>\n".formatted(section.id()));
            boolean folded = section.tables().size() > FEW_TABLES;
            for (Table table : section.tables()) {
                if (folded) {
                    html.append("<details><summary>")
                            .append(escape(table.title()))
                            .append("</summary>\n");
                    paragraph(html, table.note());
                }
                append(html, table);
                html.append(folded ? "</details>\n" : "");
            }
            html.append("</section>\n");
        }
        return html.toString();
    }

    private static void paragraph(StringBuilder html, String note) {
        if (!note.isEmpty()) {
            html.append("<p>").append(escape(note)).append("</p>\n");
        }
    }

    private static void append(StringBuilder html, Table table) {
        html.append("<div class=\"table\"><table>\n<thead><tr>");
        table.header()
                .forEach(column -> html.append("<th>").append(escape(column)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (Row row : table.rows()) {
            html.append(row.isOurs() ? "<tr class=\"ours\">" : "<tr>");
            for (int i = 0; i < row.places().size(); i++) {
                append(html, row.places().get(i), i == 0);
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private static void append(StringBuilder html, Place place, boolean isName) {
        String tag = isName ? "th" : "td";
        Emphasis emphasis = place.emphasis();
        String style = emphasis == Emphasis.NONE ? "" : " class=\"" + emphasis.styleClass() + "\"";
        html.append("<%s%s>%s</%s>".formatted(tag, style, escape(place.text()), tag));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** A script ends at the first thing that looks like its end, even inside a string. */
    private static String data(@Nullable Charts charts) {
        try {
            return new ObjectMapper()
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .writeValueAsString(charts)
                    .replace("<", "\\u003c");
        } catch (JacksonException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String library() throws IOException {
        var properties = new Properties();
        try (InputStream file = HtmlReport.class.getResourceAsStream(WEBJAR_VERSION)) {
            if (file != null) {
                properties.load(file);
            }
        }
        String script = resource(WEBJAR + properties.getProperty("version", "?") + "/dist/chart.umd.js");
        // The library's map is not in the page, and a browser with its tools open would look for it.
        return script.replaceAll("//# sourceMappingURL=\\S*", "");
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = HtmlReport.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IOException("the resource " + name + " is missing from the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
