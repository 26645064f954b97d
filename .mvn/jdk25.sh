# Finds JDK 25, for the launcher and for perf/run. Whoever reads this has a function fail, which says why and ends.

is_jdk_25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=\"25 | JAVA_VERSION=\"25[!0-9]*) return 0 ;;
        esac
    done <"$1/release"
    return 1
}

# Sets jdk to the first JDK 25 in a usual place.
find_jdk() {
    on_path=$(command -v javac || true)
    if [ -n "$on_path" ]; then
        on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
        on_path=${on_path%/bin/javac}
    fi
    for jdk in "${JAVA_HOME:-}" "${JAVA_HOME_25:-}" "${JAVA25_HOME:-}" "$on_path" \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/lib/jvm/* /usr/local/*jdk* /opt/*jdk* /opt/java/* \
        /opt/*/*jdk* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* "${HOME:-/nonexistent}"/.jenv/versions/* \
        "${HOME:-/nonexistent}"/.asdf/installs/java/* "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$jdk" ] && is_jdk_25 "$jdk"; then
            return 0
        fi
    done
    fail "JDK 25 not found: install one (such as Temurin 25), or set JAVA_HOME to it"
}
