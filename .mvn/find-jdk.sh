# To be sourced by bash or sh. Defines find_jdk, which prints the home of a JDK 25.
#
#     . "$root/.mvn/find-jdk.sh"
#     JAVA_HOME=$(find_jdk) || exit 1

# Whether $1 is the home of a JDK 25. Tasks rest on the inside of the JDK's virtual threads, so no other version will do.
is_jdk_25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && grep -qE '^JAVA_VERSION="25[".]' "$1/release" 2>/dev/null
}

# Prints the first JDK 25 of: JAVA_HOME, java on the PATH, the usual places. Fails with one message if there is none.
find_jdk() {
    for home in \
        "${JAVA_HOME:-}" \
        "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')" \
        /usr/lib/jvm/* \
        /usr/java/* \
        /opt/* \
        "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* \
        "${HOME:-}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if is_jdk_25 "$home"; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    echo "Gyre needs a JDK 25, and there is none in JAVA_HOME, on the PATH or in the usual places." \
        "Install one (for example the package temurin-25-jdk, or 'sdk install java 25-tem') or set JAVA_HOME to it." >&2
    return 1
}
