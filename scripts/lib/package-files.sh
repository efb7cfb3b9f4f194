# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables of the script that sources this file: $root, $work
# The files of an artefact of scripts/package, and the packages of Debian that they come from. Needs say.sh.

# libraries PROGRAM...: the libraries that the programs load, and the loader, with their real paths.
libraries() {
    local program
    for program in "$@"; do
        ldd "$program" | awk '/=> \//{print $3} $1 ~ /^\//{print $1}'
    done | sort -u
}

is_glibc() {
    case ${1##*/} in
        ld-linux* | libc.so.* | libm.so.* | libresolv.so.*) true ;;
        libdl.so.* | libpthread.so.* | librt.so.* | libutil.so.*) true ;;
        *) false ;;
    esac
}

# The data of ICU, which the program never looks at: scripts/lib/package-icu-data.
is_icu_data() { case ${1##*/} in libicudata.so.*) true ;; *) false ;; esac; }

# owner_of PATH: the package of a file of this machine. A library may be registered below /lib or /usr/lib.
owner_of() {
    local path
    for path in "$1" "$(realpath "$1")" "/usr$1" "${1#/usr}" "$(realpath "$1" | sed 's|^/usr||')"; do
        if dpkg -S "$path" 2>/dev/null | sed 's/: .*//; s/,.*//' | head -n 1 | grep .; then return 0; fi
    done
    die 69 "no package of this machine has $1; install Debian's, and remove copies in other places"
}

# put PATH TARGET: copies a file of this machine to the folder $root, and notes its package.
put() {
    install -D -m "$(stat -Lc '0%a' "$1" | sed 's/[2367]\([0-7]\)$/5\1/; s/[2367]$/5/')" "$1" "$root/$2"
    printf '%s\t%s\n' "$(owner_of "$1")" "$2" >>"$work/files"
}

# put_library PATH TARGET: the same for a library that the program loads. The data of ICU is left out, and noted in $work/own.
put_library() {
    if is_icu_data "$1"; then
        mkdir -p "$root/${2%/*}"
        scripts/lib/package-icu-data "$1" "$root/$2"
        own "$2"
    else
        put "$1" "$2"
    fi
}

# own PATH: notes a file below $root that the project itself has made.
own() { printf '%s\n' "$1" >>"$work/own"; }

# start_root FOLDER: begins an artefact in this folder.
start_root() {
    root=$1
    : >"$work/files"
    : >"$work/own"
}

# parts: for each package that was put, its name, version, source, version of the source, architecture and files.
parts() {
    sort -u "$work/files" | cut -f 1 | sort -u | while read -r owner; do
        dpkg-query -W -f '${binary:Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}' "$owner" |
            sed 's/^\([^:\t]*\):[^\t]*/\1/'
        awk -F '\t' -v owner="$owner" '$1 == owner { printf "\t%s", $2 }' <(sort -u "$work/files")
        echo
    done
}

# put_copyrights TARGET: the copyright file of each package that was put, as the licences require it.
put_copyrights() {
    local name
    cut -f 1 "$work/files" | sed 's/:.*//' | sort -u | while read -r name; do
        install -D -m 644 "/usr/share/doc/$name/copyright" "$root/$1/$name"
    done
}
