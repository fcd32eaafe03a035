# To be sourced by bash or sh. Defines find_jdk, which prints the home of a JDK 25 or later.
#
#     . "$root/.mvn/find-jdk.sh"
#     JAVA_HOME=$(find_jdk) || exit 1

# Prints the version of the JDK in $1 as one number, such as 25, or 0 if there is none that compiles.
jdk_release() {
    version=0
    if [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    fi
    printf '%s\n' "${version:-0}"
}

# Prints JAVA_HOME if it is a JDK 25 or later, otherwise java on the PATH if it is of one, otherwise the oldest of those in
# the usual places, because that is tested most. Fails with one message if there is none.
find_jdk() {
    for home in "${JAVA_HOME:-}" "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')"; do
        if [ "$(jdk_release "$home")" -ge 25 ]; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    found=
    oldest=
    for home in \
        /usr/lib/jvm/* \
        /usr/java/* \
        /opt/* \
        "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* \
        "${HOME:-}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        release=$(jdk_release "$home")
        if [ "$release" -ge 25 ] && [ "$release" -lt "${oldest:-$((release + 1))}" ]; then
            found=$home
            oldest=$release
        fi
    done
    if [ -n "$found" ]; then
        printf '%s\n' "$found"
        return 0
    fi
    echo "Gyre needs a JDK 25 or later, and there is none in JAVA_HOME, on the PATH or in the usual places." \
        "Install one (for example the package temurin-25-jdk, or 'sdk install java 25-tem') or set JAVA_HOME to it." >&2
    return 1
}
