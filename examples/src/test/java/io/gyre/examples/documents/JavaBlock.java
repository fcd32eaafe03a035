package io.gyre.examples.documents;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of Java in a document.
 *
 * @param document the document, relative to the root
 * @param line the number of the block's first line
 * @param imports what the block and the document import
 * @param code the block without its imports: members of a class, or statements
 */
record JavaBlock(Path document, int line, List<String> imports, String code) {
    /*
     * A document names the imports of its blocks in a paragraph with the word "import" or "imports": each package or class in
     * backticks there, with ".*" or without, and with "static" before it or without. A block may have imports of its own, too.
     */

    private static final String FENCE = "```";
    private static final Pattern WORD_IMPORT = Pattern.compile("\\bimports?\\b");
    private static final Pattern IMPORTED =
            Pattern.compile("`((?:static )?(?:[a-z]+\\.)+(?:[A-Z]\\w*(?:\\.\\*)?|\\*))`");

    /** {@return the blocks of a document} */
    static List<JavaBlock> of(Path document) {
        return of(document, Documents.text(document));
    }

    /** {@return the blocks of a text} */
    static List<JavaBlock> of(Path document, String text) {
        List<String> lines = text.lines().toList();
        List<String> imports = importsOf(lines);
        var blocks = new ArrayList<JavaBlock>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(FENCE + "java")) {
                int begin = i + 1;
                i = endOfBlock(lines, begin);
                blocks.add(of(document, begin + 1, imports, lines.subList(begin, i)));
            }
        }
        return blocks;
    }

    private static JavaBlock of(Path document, int line, List<String> imports, List<String> block) {
        List<String> own = block.stream()
                .map(String::strip)
                .filter(JavaBlock::isImport)
                .map(each -> each.replaceFirst("^import ", "").replaceFirst(";.*$", ""))
                .toList();
        List<String> code =
                block.stream().map(each -> isImport(each.strip()) ? "" : each).toList();
        return new JavaBlock(
                document,
                line,
                Stream.concat(own.stream(), imports.stream()).distinct().toList(),
                String.join("\n", code));
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }

    private static int endOfBlock(List<String> lines, int begin) {
        int end = begin;
        while (!lines.get(end).strip().equals(FENCE)) {
            end++;
        }
        return end;
    }

    private static List<String> importsOf(List<String> lines) {
        var prose = new StringBuilder();
        boolean isBlock = false;
        for (String line : lines) {
            isBlock ^= line.strip().startsWith(FENCE);
            prose.append(isBlock ? "" : line).append('\n');
        }
        return Stream.of(prose.toString().split("\n\\s*\n"))
                .filter(paragraph -> WORD_IMPORT.matcher(paragraph).find())
                .flatMap(paragraph -> IMPORTED.matcher(paragraph).results())
                .map((MatchResult match) -> match.group(1))
                .distinct()
                .toList();
    }

    /** {@return the block as a class that has it as its members} */
    String asMembers() {
        return source(code);
    }

    /** {@return the block as a class that has it as the body of a method} */
    String asStatements() {
        return source("void block() throws Exception {" + code + "\n}");
    }

    private String source(String body) {
        var source = new StringBuilder();
        imports.forEach(each -> source.append("import ").append(each).append("; "));
        return source.append("class Block {").append(body).append("\n}\n").toString();
    }

    @Override
    public String toString() {
        return document + ":" + line;
    }
}
