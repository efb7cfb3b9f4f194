# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the script that sources this file: $work, $version, $machine, $output
# The root file systems of the container images of scripts/package. Needs package-files.sh.

# What git needs to fetch over HTTPS. `git submodule` is a script, and needs a shell and a few programs.
image_git=(git-remote-http git-submodule git-sh-setup git-sh-i18n git-sh-i18n--envsubst)
image_programs=(/usr/bin/git /bin/dash /bin/sed /bin/uname /usr/bin/basename /bin/cat)
# What buildah needs for builds with its isolation chroot. Maps of user namespaces are set by the last two.
image_buildah=(/usr/bin/buildah /usr/bin/newuidmap /usr/bin/newgidmap)

# image_add PROGRAM...: adds programs of this machine with their libraries. $work/launch is one, too.
image_add() {
    local path
    for path in $(libraries "$@"); do
        case $path in
            */ld-linux*) put "$path" "usr/${path#/usr/}" ;;
            *) put_library "$path" "usr/lib/$triplet/${path##*/}" ;;
        esac
    done
    for path in "$@"; do
        case $path in
            "$work"/*) install -m 755 "$path" "$root/usr/bin/${path##*/}" && own "usr/bin/${path##*/}" ;;
            /usr/lib/git-core/*) put "$path" "${path#/}" ;;
            *) put "$path" "usr/bin/${path##*/}" ;;
        esac
    done
}

# image_root: the root file system without a builder, in a new $root.
image_root() {
    local program
    start_root "$(mktemp -d "$work/image.XXXXXX")"
    mkdir -p "$root"/usr/{bin,lib,lib64,share/git-core/templates} "$root"/{tmp,proc,sys,dev} \
        "$root"/etc/{launch,ssl/certs} "$root/var/lib/launch"
    ln -s usr/bin "$root/bin"
    ln -s usr/lib "$root/lib"
    ln -s usr/lib64 "$root/lib64"
    image_add "$work/launch" "${image_programs[@]}" /usr/lib/git-core/git-remote-http
    for program in "${image_git[@]}"; do put "/usr/lib/git-core/$program" "usr/lib/git-core/$program"; done
    ln -s dash "$root/usr/bin/sh"
    ln -s git-remote-http "$root/usr/lib/git-core/git-remote-https"
    ln -s ../../bin/git "$root/usr/lib/git-core/git"
    # The bundle is made at the installation of its package, which therefore does not list it.
    install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    printf 'ca-certificates\tetc/ssl/certs/ca-certificates.crt\n' >>"$work/files"
    printf 'root:x:0:0:root:/:/bin/sh\nlaunch:x:10001:10001:agent of launch:/var/lib/launch:/bin/sh\n' >"$root/etc/passwd"
    printf 'root:x:0:\nlaunch:x:10001:\n' >"$root/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
    install -D -m 644 LICENSE "$root/usr/share/doc/launch/copyright"
}

# image_write VARIANT [PATH=CAPABILITY...]: writes $root as an image. VARIANT is empty, or ends the tag of the image.
image_write() {
    local variant=$1 name=launch-$version-image${1:+-$1}-$machine plain packed digest sizes
    shift
    put_copyrights usr/share/licences
    settle
    sbom "$name"
    sizes=$(scripts/lib/package-image "$root" "launch:$version${variant:+-$variant}" "$version" "$SOURCE_DATE_EPOCH" \
        "$output/$name.tar" "$@")
    read -r plain packed digest <<<"$sizes"
    say "$name.tar: $((packed / 1000000)) MB to pull, $((plain / 1000000)) MB unpacked, $digest"
}

make_image() {
    image_root
    image_write ''
}

make_image_docker() {
    image_root
    image_add /usr/bin/docker
    image_write docker
}

make_image_buildah() {
    local file
    image_root
    image_add "${image_buildah[@]}"
    for file in /etc/containers/policy.json /etc/containers/registries.conf; do put "$file" "${file#/}"; done
    printf 'launch:100000:65536\n' | tee "$root/etc/subuid" >"$root/etc/subgid"
    mkdir -p "$root/var/tmp"
    # In place of the set-user-ID bits: root of a pod without capabilities of its own cannot map IDs.
    image_write buildah usr/bin/newuidmap=cap_setuid usr/bin/newgidmap=cap_setgid
}
