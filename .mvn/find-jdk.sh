# Sourced by the launch scripts: find_jdk prints the home of a JDK 25, or says what to install and fails.
# Looks in JAVA_HOME, at the java on PATH, and in the places where installers put JDKs.

is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[.+"]' "$1/release"
}

find_jdk() {
    local candidate on_path
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/* /opt/*/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    echo "Gyre needs a JDK 25 and found none. Install one (for example the package temurin-25-jdk)" \
        "or set JAVA_HOME to it." >&2
    return 1
}
