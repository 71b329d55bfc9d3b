# shellcheck shell=bash disable=SC2317,SC2329  # functions are called by their names
# The comparisons that scripts/bench makes: a function each, which adds rows to the table. To be sourced.
#
# `mine` and `theirs`, where a comparison defines them, print one rate each; compare() runs them in turn.

comparisons=(point_select tpcb sampling spi_loop toasted horizon omission poisson queue timer users stress data histogram)

bench_point_select() {
    mine() { ours 'point select' throughput_tps; }
    theirs() { pgbench_tps -S -c 4 -j 2; }
    compare 'point select, 4 : pgbench -S -c 4 -j 2' '>= 3.0'
}

bench_tpcb() {
    mine() { ours tpcb throughput_tps; }
    theirs() { pgbench_tps -c 8 -j 2; }
    compare 'TPC-B, 8 : pgbench -c 8 -j 2' '>= 1.4'
}

# What looking at waits, other sessions and plans costs.
bench_sampling() {
    with_hz() { ours 'point select' throughput_tps "{\"sampling_hz\": $1, \"test_duration_seconds\": $seconds}"; }
    mine() { with_hz 50; }
    theirs() { with_hz 0; }
    compare 'point select, 4: sampling on : off' '>= 0.95'
}

# What the engine costs: as many sessions in the bare loop (bench/spi_loop.cpp), which do nothing else.
bench_spi_loop() {
    mine() { ours 'point select' throughput_tps; }
    theirs() {
        local i
        for i in 1 2 3 4; do
            psql_bench -At -c "CALL bare_spi_loop('SELECT abalance FROM pgbench_accounts WHERE aid = \$1',
                               $seconds, $((100000 * scale)))" &
        done | awk '{ sum += $1 } END { print sum }'
    }
    compare 'point select, 4 : bare SPI loop, 4' '>= 0.90'
}

bench_toasted() {
    local script=$area/toasted.pgbench
    printf '%s\n' '\set id random(1, 20)' 'SELECT * FROM toasted WHERE id = :id;' >"$script"
    mine() { ours toasted throughput_tps; }
    theirs() { pgbench_tps -c 1 -f "$script"; }
    compare '1 MB toasted column, 1 : pgbench -c 1' '<= 40'
}

# Does a waiting CALL hold the horizon? Against the same run that nobody waits for.
bench_horizon() {
    local waiting_hot=$build/log/waiting_hot free_hot=$build/log/free_hot
    reset_counters() {
        psql_bench -c 'TRUNCATE counters' -c 'INSERT INTO counters SELECT i, 0 FROM generate_series(1, 1000) i' \
            -c 'VACUUM ANALYZE counters' -c "SELECT pg_stat_reset_single_table_counters('counters'::regclass)" \
            -o /dev/null
    }
    # HOT updates since then, percent.
    hot_share() {
        psql_bench -At -c "SELECT round(100.0 * n_tup_hot_upd / n_tup_upd, 1) FROM pg_stat_user_tables
                           WHERE relname = 'counters'"
    }
    mine() {
        reset_counters
        ours update throughput_tps
        hot_share >"$waiting_hot"
    }
    theirs() {
        local id
        reset_counters
        id=$(psql_bench -At -c "SELECT perf_mgmt.execute_performance_test('update', 'development',
                                jsonb_build_object('test_duration_seconds', $seconds))")
        until [ "$(figures "$id" execution_status)" != RUNNING ]; do
            sleep 1
        done
        figures "$id" throughput_tps
        hot_share >"$free_hot"
    }
    compare 'update, CALL waits : nobody waits' '0.90 to 1.10'
    row '  HOT updates' "$(<"$waiting_hot") %" "$(<"$free_hot") %" \
        "$(divide "$(<"$waiting_hot")" "$(<"$free_hot")")" '0.90 to 1.10'
}

# Coordinated omission: one stall of 1 s in 10 s at 200/s. A tenth of the operations waits for it, evenly.
bench_omission() {
    local p95 p99 service
    read -r p95 p99 service < <(ours stall 'round(p95_response_time_ms), round(p99_response_time_ms),
        round(p95_service_time_ms, 3)' '{}')
    measured '200/s, one stall of 1 s: response p95' "$p95" ms '500 ms, theory' '400 to 600'
    measured '  response p99' "$p99" ms '900 ms, theory' '800 to 1000'
    measured '  service p95' "$service" ms '' '< 5'
}

bench_poisson() {
    local achieved
    achieved=$(ours poisson achieved_rate '{}')
    row 'Poisson arrivals, 2,000/s for 30 s: achieved' "$(divide "$achieved" 1 %.1f)/s" '2000/s' "$(divide "$achieved" 2000 %.3f)" '0.99 to 1.01'
}

# One worker and operations that are busy for 2 ms are M/D/1. Theory: the mean response time by Pollaczek and
# Khinchine, E[S] + rate * E[S^2] / (2 * (1 - rate * E[S])), with the service time as it was measured.
bench_queue() {
    local rho rate response theory
    for rho in 0.5 0.8; do
        rate=$(divide "$rho" 0.002 %.0f)
        read -r response theory < <(ours queue "avg_response_time_ms, (
            SELECT s + rate * (s * s + d * d) / (2 * (1 - rate * s))
            FROM (SELECT operations_scheduled / measured_ms AS rate, avg_service_time_ms AS s,
                         perf_mgmt.stddev(service_histogram)::numeric / 1e6 AS d) f)" "{\"arrival\": {\"rate\": $rate}}")
        row "M/D/1, 2 ms, rho $rho, 60 s: mean response" "$(divide "$response" 1 %.3f) ms" \
            "$(divide "$theory" 1 %.3f) ms" "$(divide "$response" "$theory")" '0.90 to 1.10'
    done
}

bench_timer() {
    local lag i
    lag=$(for ((i = 0; i < pairs; ++i)); do ours timer p50_lag_ms; done | median %g)
    measured 'timer wake-up, 10 ms think time: median lag' "$(divide "$lag" 0.001 %.0f)" us '' '< 100'
}

# 10,000 users who think for a second, on 4 workers: rate, lag, and memory over the idle server: what its
# processes have for themselves, and dynamic shared memory.
bench_users() {
    local before most=0 now rate lag
    memory_kb() {
        local process
        {
            df -k --output=used /dev/shm | tail -n 1
            for process in $(pgrep -P "$(as_server head -n 1 "$area/cluster-$cluster/data/postmaster.pid")"); do
                as_server awk '/^Pss_Anon/ { print $2 }' "/proc/$process/smaps_rollup" 2>/dev/null || true
            done
        } | awk '{ sum += $1 } END { print sum }'
    }
    before=$(memory_kb)
    ours users 'throughput_tps, p50_lag_ms' '{}' >"$build/log/users.txt" &
    while kill -0 $! 2>/dev/null; do
        now=$(memory_kb)
        [ $((now - before)) -le "$most" ] || most=$((now - before))
        sleep 0.5
    done
    read -r rate lag <"$build/log/users.txt"
    row '10,000 users, 1 s think time, 4 workers' "$(divide "$rate" 1 %.0f)/s" '10000/s' "$(divide "$rate" 10000 %.3f)" '0.97 to 1.03'
    measured '  median lag' "$(divide "$lag" 1 %.3f)" ms '' '< 1'
    measured '  memory over the idle server' "$((most / 1024))" MB '' '< 64'
}

# Three climbs in steps of a tenth of what the processors can do: how far apart are the steps that break?
bench_stress() {
    local steps
    mapfile -t steps < <(for _ in 1 2 3; do ours stress "coalesce(shape_result ->> 'broken_step', 'none')" '{}'; done | sort -g)
    row "STRESS, 3 climbs of $((50 * processors))/s a step: step that breaks" "${steps[*]}" "${steps[1]}, median" '' \
        '<= 1 apart' "$(awk -v a="${steps[0]}" -v b="${steps[1]}" -v c="${steps[2]}" \
            'BEGIN { if (a + 0 > 0 && c + 0 > 0) print (b - a > c - b ? b - a : c - b) }')"
}

bench_data() {
    local start rows
    start=$(date +%s.%N)
    rows=$(psql_bench -At -c "SELECT perf_mgmt.install_industry_schema('RESTAURANT', 10)")
    measured "data of RESTAURANT, $rows rows" "$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')" s '' '< 60'
}

bench_histogram() {
    attempt core-bench "$build/release/core_bench" --benchmark_filter='BM_HistogramRecord$' \
        --benchmark_repetitions=5 --benchmark_report_aggregates_only=true --benchmark_format=csv
    local record
    record=$(awk -F, '/_median"/ { print $4 }' "$log")
    measured 'histogram, record a value' "$(divide "${record:-nan}" 1 %.1f)" ns '' '<= 5'
}
