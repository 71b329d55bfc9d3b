# shellcheck shell=bash
# The server under instruments, for scripts/test: the module under AddressSanitizer and
# UndefinedBehaviorSanitizer, or the server under valgrind's memcheck. To be sourced after lib.sh.
#
# Set here:  instrument  sanitize, valgrind or empty     reports  the folder in which they say what they found
instrument=
reports=
module_options=()    # for the tree that the module is built in
cluster_settings=()  # lines of postgresql.conf

# Memory and speed are not what they are without the sanitizers.
tests_of_measures=' leaks history_speed resources_memory resources_thousand_runs '
# Their operator new ends the process where it should throw.
tests_of_bad_alloc=' guards '

# use_instrument: sets up what was chosen, if anything. After install_packages.
use_instrument() {
    [ -n "$instrument" ] || return 0
    reports=$area/$instrument
    rm -rf -- "$reports"
    mkdir -p -- "$reports"
    ! is_root || chown postgres: -- "$reports"
    "use_$instrument"
}

# The server itself is not instrumented, so the runtime has to be loaded before it, and libstdc++ with
# it, as the runtime wants to know how C++ throws; first.so has the runtime begin first. An error ends the process by SIGABRT, which the
# server takes for a crash: a status of 1 would pass for the end of a session.
use_sanitize() {
    local options="abort_on_error=1:log_path=$reports/report"
    [[ ${CXX:-g++} != *clang* ]] || die "--sanitize takes the runtime of g++"
    "${CXX:-g++}" -x c -O1 -fPIC -shared -Wl,-z,initfirst "$root/test/sanitizer_first.c" -o "$reports/first.so"
    module_tree=sanitized-module
    module_options=(-DPERF_MGMT_SANITIZE_MODULE=ON)
    server_environment=(
        "LD_PRELOAD=$(realpath -- "$(g++ -print-file-name=libasan.so)") $(realpath -- "$(g++ -print-file-name=libstdc++.so.6)") $reports/first.so"
        "ASAN_OPTIONS=$options:detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1:quarantine_size_mb=16:malloc_context_size=12"
        "UBSAN_OPTIONS=$options:print_stacktrace=1")
}

# A packaged postgres tells valgrind nothing of its memory contexts. What it sees are unset values, and
# reads and writes beyond what malloc gave: of C++ objects each one, of palloc's the blocks.
use_valgrind() {
    command -v valgrind >/dev/null || die "please install valgrind"
    server_program=$reports/postgres
    cp -- "$root/test/valgrind.supp" "$reports/"
    printf '%s\n' '#!/bin/sh' \
        "exec valgrind --quiet --trace-children=yes --vgdb=no --error-limit=no --num-callers=50 \\" \
        "    '--suppressions=$reports/valgrind.supp' '--log-file=$reports/%p.log' '$bin/postgres' \"\$@\"" >"$server_program"
    chmod 755 -- "$server_program"
    cluster_settings=('authentication_timeout = 10min')
}

# valgrind_errors LOG: the errors in it, as paragraphs. Those of several processes may be mixed.
valgrind_errors() {
    sort -s -t = -k 3,3n -- "$1" | sed 's/^==[0-9]*== \{0,1\}//' | awk -v RS= '/ (at|by) 0x/ { print $0 "\n" }'
}

# The reports of the sanitizers, and the errors of valgrind that have a function of the module in their
# stack: sets found and others (errors that the server makes without it), and prints what was found.
list_reports() {
    local file errors
    found=0
    others=0
    for file in "$reports"/report.*; do
        [ -s "$file" ] || continue
        found=$((found + 1))
        printf '%s\n' "$file"
        head -n 30 -- "$file"
    done
    for file in "$reports"/*.log; do
        [ -s "$file" ] || continue
        errors=$(valgrind_errors "$file")
        [ -n "$errors" ] || continue
        found=$((found + $(awk -v RS= '/perf_mgmt/ { n++ } END { print n + 0 }' <<<"$errors")))
        others=$((others + $(awk -v RS= '!/perf_mgmt/ { n++ } END { print n + 0 }' <<<"$errors")))
        awk -v RS= '/perf_mgmt/ { print $0 "\n" }' <<<"$errors" | head -n 60
    done
}
