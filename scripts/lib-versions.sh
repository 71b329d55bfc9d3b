# shellcheck shell=bash
# PostgreSQL versions that this system has not: each in the Debian that carries it, in a folder below
# the build folder, where scripts/test runs once more. To be sourced after lib.sh.
#
# debootstrap lays a minimal system, the project's own `install_packages` what is missing in there;
# after that the folder is kept. It is entered by chroot (as root, else through sudo) in namespaces of
# its own for mounts, processes and System V IPC: when the script in there ends, however it does, no
# server, no mount and no shared memory of it is left, on the system nothing was mounted at all, and
# /dev/shm is its own. The network is shared, for packages; the servers listen on Unix sockets in the
# folder. The project is seen at /perf_mgmt, read-only, so that what is built goes into the folder's
# own /var/tmp/perf_mgmt-*, where it stays for the next time: one set of sources, a build tree per
# version, each made by the compiler of that Debian.
#
# Beside the version itself the folder gets the server (not the headers) of the system's own version,
# where that is an older one: what pg_upgrade starts from. The module for it is the one built here.

debian_mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# The Debian release that carries a version; status 1 where none does. (16 was in none.)
debian_with() {
    case $1 in
        15) echo bookworm ;;
        17) echo trixie ;;
        18) echo sid ;;
        *) return 1 ;;
    esac
}

version_folder() { printf '%s\n' "$build/debian-$1"; }

# private_namespaces COMMAND...: as root, in namespaces that end with it.
private_namespaces() {
    as_root "${give_way[@]}" unshare --mount --pid --ipc --fork --kill-child -- "$@"
}

# in_version VERSION COMMAND...: runs it in the version's system.
in_version() {
    local folder
    folder=$(version_folder "$1")
    shift
    # shellcheck disable=SC2016  # for the inner shell
    private_namespaces bash -euc '
        folder=$1 project=$2
        shift 2
        mount -t proc proc "$folder/proc"
        mount --rbind /sys "$folder/sys"
        mount --rbind /dev "$folder/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$folder/dev/shm"
        mount --bind "$project" "$folder/perf_mgmt"
        mount -o remount,bind,ro "$folder/perf_mgmt"
        exec chroot "$folder" env -i "$@"' bash "$folder" "$root" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
        ${CXX:+CXX="$CXX"} ${http_proxy:+http_proxy="$http_proxy"} \
        ${PERF_MGMT_OLD_BINDIR:+PERF_MGMT_OLD_BINDIR="$PERF_MGMT_OLD_BINDIR"} "$@"
}

# write_in_version VERSION PATH LINE...
write_in_version() {
    local file
    file=$(version_folder "$1")$2
    shift 2
    as_root mkdir -p -- "$(dirname -- "$file")"
    printf '%s\n' "$@" | as_root tee -- "$file" >/dev/null
}

# The bare system. A folder without its stamp was left half-way.
lay_system() {
    local version=$1 folder suite
    folder=$(version_folder "$version")
    [ ! -f "$folder/perf_mgmt/laid" ] || return 0
    suite=$(debian_with "$version") || die "no Debian release has PostgreSQL $version"
    command -v debootstrap >/dev/null || apt_install debootstrap
    # Nothing of the system can be mounted in there, but it were a pity.
    as_root rm -rf --one-file-system -- "$folder"
    as_root mkdir -p -- "$folder"
    private_namespaces debootstrap --variant=minbase "$suite" "$folder" "$debian_mirror"
    as_root cp -L -- /etc/resolv.conf "$folder/etc/resolv.conf"
    # Unstable's list of packages may be past its date where the mirror stands still.
    write_in_version "$version" /etc/apt/apt.conf.d/90perf_mgmt \
        'Acquire::Check-Valid-Until "false";' 'Acquire::Retries "3";'
    # It can be laid anew at any time: no need to wait for the disk at each file, nor for manuals.
    write_in_version "$version" /etc/dpkg/dpkg.cfg.d/perf_mgmt force-unsafe-io \
        'path-exclude /usr/share/doc/*' 'path-exclude /usr/share/man/*' 'path-exclude /usr/share/locale/*'
    # No package may start a service.
    write_in_version "$version" /usr/sbin/policy-rc.d '#!/bin/sh' 'exit 101'
    as_root chmod 755 -- "$folder/usr/sbin/policy-rc.d"
    # The mount point; the stamp in it is hidden as long as the project is mounted there.
    write_in_version "$version" /perf_mgmt/laid "$suite"
}

# The server of an older version beside it, without which pg_upgrade is not tested.
lay_older_server() {
    local version=$1 older=$2
    [ ! -x "$(version_folder "$version")/usr/lib/postgresql/$older/bin/postgres" ] || return 0
    write_in_version "$version" /etc/apt/sources.list.d/older.list \
        "deb $debian_mirror $(debian_with "$older") main"
    # shellcheck disable=SC2016  # for the inner shell
    in_version "$version" bash -euc '
        . /perf_mgmt/scripts/lib.sh
        apt-get update
        forbid_main_cluster
        apt_install "postgresql-$1"
        allow_main_cluster' bash "$older"
}

# lay_version VERSION [OLDER]: makes sure that its system is there, with all that the tests need.
lay_version() {
    lay_system "$1"
    # shellcheck disable=SC2016  # for the inner shell
    in_version "$1" bash -euc '
        . /perf_mgmt/scripts/lib.sh
        dpkg --configure -a  # an installation that was interrupted
        choose_build_folder
        install_packages test
        [ "$pg_major" = "$1" ] || die "its Debian has PostgreSQL $pg_major"' bash "$1"
    if [ -n "${2:-}" ]; then
        attempt "pg-$1-older" lay_older_server "$1" "$2"
        [ "$status" -eq 0 ] || say "PostgreSQL $2 could not be installed beside it, see $log"
    fi
}

# prepare_version VERSION OLDER ARGUMENT...: lays its system and builds what scripts/test with these
# arguments needs. Ends the (sub)shell with 75 where the version cannot be had, else with the status
# of the build.
prepare_version() {
    local version=$1 older=$2
    shift 2
    attempt "pg-$version-system" lay_version "$version" "$older"
    [ "$status" -eq 0 ] || exit 75
    give_way=("${giving_way[@]}")
    in_version "$version" /perf_mgmt/scripts/test --build "$@"
}

# copy_older_module VERSION: the module of the system's own version, for pg_upgrade.
copy_older_module() {
    local folder sharedir
    folder=$(version_folder "$1")
    sharedir=$("$pg_config" --sharedir)
    as_root cp -L -- "$area/prefix$pg_pkglibdir/perf_mgmt.so" "$folder$pg_pkglibdir/"
    as_root cp -L -- "$area/prefix$sharedir/extension/"perf_mgmt* "$folder$sharedir/extension/"
}
