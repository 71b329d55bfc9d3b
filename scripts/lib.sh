# shellcheck shell=bash
# What quickstart, test and bench share: packages, the build, a private PostgreSQL. To be sourced.
#
# Nothing of the system's PostgreSQL is changed. Its programs are copied, and its libraries and share
# files linked, into a private tree: PostgreSQL looks for those relative to the program that runs, so
# the extension can be installed there without touching the system. The clusters in it listen on
# Unix sockets only, in a folder that nobody else can enter.
#
# As root the servers run as user postgres, else as the caller. All that is made lies in build/, or,
# where that cannot be written or the server's user cannot reach it, in /var/tmp/perf_mgmt-*.
#
# Set here:  root      the project          build   where the programs are built, and the logs
#            area      private tree, clusters          bin     the private tree's programs
#            pg_config, pg_major, pg_pkglibdir         port    names the socket, nothing listens on TCP
set -euo pipefail
umask 022
export LC_ALL=C
export LANG=C.UTF-8  # for clusters of TAP tests: PostgreSQL's test library drops LC_ALL
for variable in "${!PG@}"; do  # PGHOST and the like would lead to some other server
    [ "$variable" = PG_CONFIG ] || unset "$variable"
done
unset variable

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
port=54320

say() { printf '==> %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
    exit 1
}

# at_exit COMMAND: runs it when the script ends, however it does; the last one given goes first.
exit_commands=()
at_exit() { exit_commands=("$1" "${exit_commands[@]}"); }
run_exit_commands() {
    local command
    for command in "${exit_commands[@]}"; do
        "$command" || true
    done
}
trap run_exit_commands EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_root() { [ "$(id -u)" -eq 0 ]; }

# --- Where things go ---------------------------------------------------------------------------------

# A folder below /var/tmp of this user and this checkout. Anybody may make folders there, so it must
# be our own.
fallback_folder() {
    local folder
    folder=/var/tmp/perf_mgmt-$(id -u)-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)
    if ! mkdir -p -- "$folder" || [ -L "$folder" ] || [ ! -O "$folder" ]; then
        die "$folder belongs to somebody else; remove it"
    fi
    printf '%s\n' "$folder"
}

choose_build_folder() {
    build=$root/build
    if ! mkdir -p -- "$build" 2>/dev/null || [ ! -w "$build" ] || [ ! -O "$build" ]; then
        build=$(fallback_folder)
    fi
    mkdir -p -- "$build/log"
}

# Runs a command as the user that servers run as, with no trace of the caller's home.
server_environment=()  # assignments, for all of them
as_server() {
    if is_root; then
        runuser -u postgres -- env HOME="$area" "${server_environment[@]}" "$@"
    else
        env HOME="$area" "${server_environment[@]}" "$@"
    fi
}

# Needs the user postgres, so the packages come first.
choose_area() {
    area=$build
    if ! as_server test -r "$build" -a -x "$build"; then
        area=$(fallback_folder)
    fi
    bin=$area/prefix$("$pg_config" --bindir)
    cd -- "$area"  # the server's user may not enter the caller's folder
}

# --- Steps and their logs ----------------------------------------------------------------------------

# attempt NAME COMMAND...: runs it with its output in $log, and leaves its exit status in $status. Not
# to be called in a condition: there the command would go on after an error.
attempt() {
    log=$build/log/$1.log
    shift
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    status=$?
    set -e
}

# logged NAME COMMAND...: the same; a failure shows the log's end and ends the script.
logged() {
    attempt "$@"
    if [ "$status" -ne 0 ]; then
        tail -n 25 -- "$log" >&2
        shift
        die "failed (status $status): $* -- the whole log: $log"
    fi
}

# beside NAME COMMAND...: the same in the background. `join NAME` waits for it, with $log and $status
# as above. They end with the script.
declare -A beside_pids=()
beside() {
    local name=$1
    shift
    (set -e; "$@") >"$build/log/$name.log" 2>&1 </dev/null &
    beside_pids[$name]=$!
}
join() {
    log=$build/log/$1.log
    status=0
    wait "${beside_pids[$1]}" || status=$?
    unset "beside_pids[$1]"
}

# end_tree PID: it, and what it started.
end_tree() {
    local child signal=TERM
    # shellcheck disable=SC2013  # numbers
    for child in $(grep -ls "^PPid:[[:space:]]$1\$" /proc/[0-9]*/status | cut -d / -f 3); do
        end_tree "$child"
    done
    # It ignores the other, and takes all processes of its namespace along.
    [ "$(cat "/proc/$1/comm" 2>/dev/null)" != unshare ] || signal=KILL
    kill -s "$signal" -- "$1" 2>/dev/null || true
}
end_all_beside() {
    local name
    for name in "${!beside_pids[@]}"; do
        end_tree "${beside_pids[$name]}"
    done
}
at_exit end_all_beside

# What a compiler is called through where it is to give way to servers that are being tested beside
# it, else nothing. Where the kernel groups processes by session, priorities count within one only.
# shellcheck disable=SC2016,SC2034  # for the inner shell; for the scripts
giving_way=(setsid --wait nice -n 19 bash -c
    '{ echo 19 >/proc/self/autogroup; } 2>/dev/null || true; exec "$@"' bash)
give_way=()

# One at a time builds and installs; the lock ends with `unlock_build` or the script.
lock_build() {
    exec 9>"$build/lock"
    flock 9
}
unlock_build() { exec 9>&-; }

# --- Packages ----------------------------------------------------------------------------------------

as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root for: $*"
    fi
}

has_header() { "${CXX:-g++}" -x c++ -E -include "$1" /dev/null >/dev/null 2>&1; }

# pg_config of PG_CONFIG, else of the newest Debian PostgreSQL with server and headers, else of PATH.
find_pg_config() {
    local candidate
    for candidate in ${PG_CONFIG:-$(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -rV) pg_config}; do
        if command -v "$candidate" >/dev/null && [ -x "$("$candidate" --bindir)/postgres" ] &&
            [ -f "$("$candidate" --includedir-server)/postgres.h" ]; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# The major version whose packages to install: that of a server that is there, else Debian's own.
major_to_install() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
    if [ -x "$newest" ]; then
        newest=${newest#/usr/lib/postgresql/}
        printf '%s\n' "${newest%%/*}"
    else
        apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]\+\)$/\1/p'
    fi
}

compiler_package() {
    if [[ ${CXX:-} == *clang* ]]; then
        echo clang
    else
        echo g++
    fi
}

# The major version of the system's own server; of the one to install, where there is none; empty where
# that is not known yet.
own_major() {
    local config
    if config=$(find_pg_config); then
        "$config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
    else
        major_to_install
    fi
}

# The packages that are missing for "build", "test" or "bench", found by what they bring, not by their names:
# a compiler or a library from elsewhere is as good.
missing_packages() {
    command -v "${CXX:-g++}" >/dev/null || compiler_package
    command -v cmake >/dev/null || echo cmake
    command -v ninja >/dev/null || command -v make >/dev/null || echo ninja-build
    has_header nlohmann/json.hpp || echo nlohmann-json3-dev
    has_header fmt/format.h || echo libfmt-dev
    has_header boost/math/distributions/students_t.hpp || echo libboost-math-dev
    if [ "$1" = test ]; then
        has_header gtest/gtest.h || echo libgtest-dev
        command -v clang-format >/dev/null || echo clang-format
        perl -MTest::More -e 1 2>/dev/null || echo perl
        perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
        /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || echo python3-jsonschema
        command -v xmllint >/dev/null || echo libxml2-utils
    fi
    if [ "$1" = bench ]; then
        has_header benchmark/benchmark.h || echo libbenchmark-dev
    fi
    find_pg_config >/dev/null || echo postgresql
}

# A new server package makes and starts a cluster "main"; nobody asked for one.
forbid_main_cluster() {
    no_cluster_folders=()
    local folder
    for folder in /etc/postgresql-common /etc/postgresql-common/createcluster.d; do
        if [ ! -d "$folder" ]; then
            as_root mkdir -- "$folder"
            no_cluster_folders=("$folder" "${no_cluster_folders[@]}")
        fi
    done
    no_cluster_file=/etc/postgresql-common/createcluster.d/perf_mgmt_quickstart.conf
    echo 'create_main_cluster = false' | as_root tee -- "$no_cluster_file" >/dev/null
}
allow_main_cluster() {
    [ -n "${no_cluster_file:-}" ] || return 0
    as_root rm -f -- "$no_cluster_file"
    no_cluster_file=
    [ ${#no_cluster_folders[@]} -eq 0 ] ||
        as_root rmdir --ignore-fail-on-non-empty -- "${no_cluster_folders[@]}"
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install \
        -y --no-install-recommends --no-upgrade "$@"
}

# install_packages build|test|bench
install_packages() {
    local wanted major
    mapfile -t wanted < <(missing_packages "$1")
    if [ ${#wanted[@]} -eq 0 ]; then
        say "all packages that are needed are here"
    else
        command -v apt-get >/dev/null ||
            die "please install what these Debian packages bring: ${wanted[*]}"
        [ -z "${PG_CONFIG:-}" ] || [[ ${wanted[*]} != *postgresql* ]] ||
            die "PG_CONFIG=$PG_CONFIG names no PostgreSQL with server and headers"
        say "installing packages: ${wanted[*]}"
        # One source of packages that is down is no reason to stop: the others may do.
        as_root apt-get update >"$build/log/apt-update.log" 2>&1 </dev/null ||
            say "apt-get update failed, see $build/log/apt-update.log; going on"
        if [[ ${wanted[*]} == *postgresql* ]]; then
            major=$(major_to_install)
            [ -n "$major" ] || die "no package postgresql is known; see $build/log/apt-update.log"
            wanted=("${wanted[@]/#postgresql/postgresql-$major}" "postgresql-server-dev-$major")
            at_exit allow_main_cluster
            forbid_main_cluster
        fi
        logged apt-install apt_install "${wanted[@]}"
        allow_main_cluster
    fi
    pg_config=$(find_pg_config) || die "found no PostgreSQL with server and headers"
    pg_pkglibdir=$("$pg_config" --pkglibdir)
    pg_major=$(own_major)
    [ "$1" != test ] || install_test_extensions
    choose_area
}

# Extensions that some tests use, for a server of Debian's. Without them those tests are skipped.
install_test_extensions() {
    local extension packages=()
    [[ $("$pg_config" --bindir) == /usr/lib/postgresql/* ]] && command -v apt-get >/dev/null || return 0
    for extension in hypopg pg_cron; do
        [ -f "$("$pg_config" --sharedir)/extension/$extension.control" ] ||
            packages+=("postgresql-$pg_major-${extension#pg_}")
    done
    [ ${#packages[@]} -gt 0 ] || return 0
    say "installing packages: ${packages[*]}"
    attempt apt-extensions apt_install "${packages[@]}"
    [ "$status" -eq 0 ] || say "could not install them, see $log: the tests that use them are skipped"
}

# --- Build -------------------------------------------------------------------------------------------

# build_tree NAME [CMAKE OPTION]...: configures and builds into $build/NAME; only the targets that
# build_targets names, where it names any.
build_targets=()
build_tree() {
    local folder=$build/$1 cache compiler generator=()
    shift
    cache=$folder/CMakeCache.txt
    compiler=$(command -v "${CXX:-c++}")
    # A tree that was made for another place or by another compiler cannot be used again.
    if [ -f "$cache" ] && ! { grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache" &&
        grep -qx "CMAKE_CXX_COMPILER:[A-Z]*=$compiler" "$cache"; }; then
        rm -rf -- "$folder"
    fi
    if [ ! -f "$cache" ] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    # Several sources at a time: the headers take longer than what is ours.
    cmake -S "$root" -B "$folder" "${generator[@]}" -DPG_CONFIG="$pg_config" -DCMAKE_UNITY_BUILD=ON "$@"
    "${give_way[@]}" cmake --build "$folder" -j "$(nproc)" \
        ${build_targets:+--target "${build_targets[@]}"}
}

# The private tree: programs are copied (PostgreSQL follows links to where it runs from), the rest is
# linked. It is made again when the system's server is another one than it was.
make_private_tree() {
    local bindir sharedir stamp
    bindir=$("$pg_config" --bindir)
    sharedir=$("$pg_config" --sharedir)
    stamp="$("$bindir/postgres" --version) $(stat -c %Y -- "$bindir/postgres" "$sharedir/extension" | tr '\n' ' ')"
    if [ "$(cat -- "$area/prefix/stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf -- "$area/prefix"
        mkdir -p -- "$bin" "$area/prefix$pg_pkglibdir" "$area/prefix$sharedir"
        cp -a -- "$bindir/." "$bin/"
        cp -rs -- "$pg_pkglibdir/." "$area/prefix$pg_pkglibdir/"
        cp -rs -- "$sharedir/." "$area/prefix$sharedir/"
        # Were it installed on the system, its links would lead there.
        find "$area/prefix" -name 'perf_mgmt*' -delete
        printf '%s\n' "$stamp" >"$area/prefix/stamp"
    fi
}

# The tree that the server's module comes from.
module_tree=release

# Files are replaced, never written over: a server that still runs keeps the module it has mapped.
install_extension() {
    rm -rf -- "$build/stage"
    DESTDIR=$build/stage cmake --install "$build/$module_tree"
    cp -a --remove-destination -- "$build/stage/." "$area/prefix/"
    rm -rf -- "$build/stage"
}

# The module of test-only functions, for tests and benchmarks to load by its path.
install_test_module() {
    mkdir -p -- "$area/lib"
    find "$build/$module_tree" -maxdepth 1 -name 'perf_mgmt*.so' -exec cp --remove-destination -t "$area/lib" {} +
}

# --- Private clusters --------------------------------------------------------------------------------

# cluster_create NAME [SETTING]...: makes it where it is not there yet. Settings are lines of
# postgresql.conf, written anew each time; they take effect at the start.
cluster_create() {
    local folder=$area/cluster-$1 socket
    shift
    if [ "$(as_server cat "$folder/data/PG_VERSION" 2>/dev/null)" != "$pg_major" ]; then
        rm -rf -- "$folder"
        mkdir -m 700 -- "$folder"
        ! is_root || chown postgres: -- "$folder"
        as_server mkdir -m 700 -- "$folder/socket"
        as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-locale
        echo "include 'perf_mgmt.conf'" | as_server tee -a -- "$folder/data/postgresql.conf" >/dev/null
    fi
    # The path of a Unix socket has at most 107 bytes, and a quote would end the setting.
    socket=$folder/socket
    if [ ${#socket} -gt 90 ] || [[ $socket == *\'* ]]; then
        socket=$(as_server cat "$folder/short_socket" 2>/dev/null || true)
        if [ -z "$socket" ] || ! as_server test -O "$socket" -a -d "$socket" -a ! -L "$socket"; then
            socket=$(as_server mktemp -d /tmp/perf_mgmt.XXXXXX)
            echo "$socket" | as_server tee -- "$folder/short_socket" >/dev/null
        fi
    fi
    printf '%s\n' "listen_addresses = ''" "port = $port" "unix_socket_directories = '$socket'" \
        'max_worker_processes = 32' "$@" | as_server tee -- "$folder/data/perf_mgmt.conf" >/dev/null
}

cluster_socket() {
    local folder=$area/cluster-$1
    as_server sed -n "s/^unix_socket_directories = '\(.*\)'/\1/p" "$folder/data/perf_mgmt.conf"
}

cluster_running() { as_server "$bin/pg_ctl" status -s -D "$area/cluster-$1/data" >/dev/null 2>&1; }

server_program=  # that is to run instead of postgres, which it runs in its turn
cluster_start() {
    as_server "$bin/pg_ctl" start -w -t 300 ${server_program:+-p "$server_program"} \
        -D "$area/cluster-$1/data" -l "$area/cluster-$1/server.log" 9>&-
}

# Not there, or not running, is well.
cluster_stop() {
    ! cluster_running "$1" || as_server "$bin/pg_ctl" stop -w -m fast -D "$area/cluster-$1/data"
}

cluster_remove() {
    cluster_stop "$1"
    rm -rf -- "$area/cluster-$1"
}

# cluster_psql NAME DATABASE [PSQL OPTION]...
cluster_psql() {
    local name=$1 database=$2
    shift 2
    as_server env PGCLIENTENCODING=UTF8 "$bin/psql" -X -q -v ON_ERROR_STOP=1 \
        -h "$(cluster_socket "$name")" -p "$port" -U postgres -d "$database" "$@"
}
