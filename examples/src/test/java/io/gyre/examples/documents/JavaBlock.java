package io.gyre.examples.documents;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A block of Java in a document.
 *
 * @param document the document, relative to the root
 * @param line the number of the block's first line
 * @param imports what the block and the document import
 * @param code the block without its imports
 * @param frame the name of its frame, see {@link BlockRun}
 * @param notRun why it cannot run
 * @param program the sources of the document's classes by their names, if the block is one of them; otherwise empty
 */
record JavaBlock(
        Path document,
        int line,
        List<String> imports,
        String code,
        @Nullable String frame,
        @Nullable String notRun,
        Map<String, String> program) {
    /*
     * A document names the imports of its blocks in a paragraph with the word "import" or "imports": each package or class in
     * backticks there, with ".*" or without, and with "static" before it or without. A block may have imports of its own, too.
     *
     * The line before a block may be a marker, which readers do not see: <!-- frame: NAME --> or <!-- not run: WHY -->.
     */

    private static final String FENCE = "```";
    private static final Pattern WORD_IMPORT = Pattern.compile("\\bimports?\\b");
    private static final Pattern IMPORTED =
            Pattern.compile("`((?:static )?(?:[a-z]+\\.)+(?:[A-Z]\\w*(?:\\.\\*)?|\\*))`");
    private static final Pattern MARKER = Pattern.compile("<!-- (frame|not run): (.+) -->");
    private static final Pattern MAIN = Pattern.compile("(?m)^void main\\(");
    private static final Pattern TOP_LEVEL_CLASS =
            Pattern.compile("\\A\\s*(?:(?:public|final) )*(?:class|record|enum|interface) (\\w+)");

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
                Matcher marker = MARKER.matcher(i == 0 ? "" : lines.get(i - 1).strip());
                int begin = i + 1;
                i = endOfBlock(lines, begin);
                blocks.add(of(document, begin + 1, imports, lines.subList(begin, i), marker));
            }
        }
        return withProgram(blocks);
    }

    private static JavaBlock of(Path document, int line, List<String> imports, List<String> block, Matcher marker) {
        List<String> own = block.stream()
                .map(String::strip)
                .filter(JavaBlock::isImport)
                .map(each -> each.replaceFirst("^import ", "").replaceFirst(";.*$", ""))
                .toList();
        List<String> code =
                block.stream().map(each -> isImport(each.strip()) ? "" : each).toList();
        String kind = marker.matches() ? marker.group(1) : "";
        return new JavaBlock(
                document,
                line,
                Stream.concat(own.stream(), imports.stream()).distinct().toList(),
                String.join("\n", code),
                kind.equals("frame") ? marker.group(2) : null,
                kind.equals("not run") ? marker.group(2) : null,
                Map.of());
    }

    /** Classes of one document are one program: a test and what it tests, for example. */
    private static List<JavaBlock> withProgram(List<JavaBlock> blocks) {
        var program = new TreeMap<String, String>();
        for (JavaBlock block : blocks) {
            String name = block.className();
            if (name != null) {
                program.put(name, block.header() + block.code);
            }
        }
        return blocks.stream()
                .map(block -> block.className() == null
                        ? block
                        : new JavaBlock(
                                block.document,
                                block.line,
                                block.imports,
                                block.code,
                                block.frame,
                                block.notRun,
                                program))
                .toList();
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

    /** {@return the name of the class that the block is; null if it is not a class on its own} */
    @Nullable
    String className() {
        Matcher matcher = TOP_LEVEL_CLASS.matcher(code);
        return matcher.find() ? matcher.group(1) : null;
    }

    /** {@return whether the block is a row of statements, not of members} */
    boolean isStatements() {
        return Javac.syntaxErrors(asStatements("")).isEmpty();
    }

    /** {@return whether the block is a compact source file: members of a class without a name, with a main method} */
    boolean isCompactFile() {
        return MAIN.matcher(code).find();
    }

    /** {@return the block as a compact source file that has more members, too} */
    String asCompactFile(String more) {
        return header() + code + "\n" + more;
    }

    /** {@return the block as a class that has it and more members} */
    String asMembers(String more) {
        return header() + "class Block {" + code + "\n" + more + "}\n";
    }

    /** {@return the block as a class that has it as the body of a method, and more members} */
    String asStatements(String more) {
        return header() + "class Block { void block() throws Exception {" + code + "\n}" + more + "}\n";
    }

    private String header() {
        var header = new StringBuilder();
        imports.forEach(each -> header.append("import ").append(each).append("; "));
        return header.toString();
    }

    @Override
    public String toString() {
        return document + ":" + line;
    }
}
