// Change points of a history: where a series of results moved to another level for good.
//
// Maximal standardised rank CUSUM with permutation critical values, so that neither the shape of
// the distribution nor an outlier decides; the residuals' lag-1 correlation rho scales the
// statistic by sqrt((1 - rho) / (1 + rho)), at most 1; several changes are found by seeded
// intervals, the narrowest that is over the threshold first (Kovacs, Li, Buhlmann, Munk 2023,
// "Seeded binary segmentation"; Baranowski, Chen, Fryzlewicz 2019, "Narrowest-over-threshold"); a
// change whose sides do not differ by a superiority of 0.80 (Vargha & Delaney 2000) either way is
// dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perf_mgmt {

struct ChangePoint {
  std::size_t index = 0;  // the first value of the new level
  double before = 0;      // median of the segment before, and of the one after
  double after = 0;
  // That a series without a change has an interval as extreme as the one that found this: by
  // permutation, for all intervals looked at together.
  double p = 1;
  double superiority = 0.5;  // of the level after over the one before
};

struct ChangePointOptions {
  double alpha = 0.01;  // .01 asked by a person, .002 after every run
  std::size_t least_side = 5;
  std::size_t least_values = 10;
  std::uint64_t seed = 1;  // of the permutations: the same series gives the same answer
};

// In the order of the series; empty below least_values values. Values must be finite. Takes about
// 20 ms for 100 values and 50 ms for 200; less where a series of that length without ties was asked
// before. p values below 1/5,000 are not told apart.
std::vector<ChangePoint> find_change_points(std::span<const double> values,
                                            const ChangePointOptions& options = {});

}  // namespace perf_mgmt
