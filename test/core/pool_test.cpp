#include "perf_mgmt/core/pool.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

TEST(Pool, KeepsCellsNullsAndEmptyStringsApart) {
  const auto bytes =
      make_pool({"id", "name"}, {{"1", "one"}, {"2", std::nullopt}, {"", "d\xc3\xa9j\xc3\xa0"}},
                {PoolColumnKind::number, PoolColumnKind::text});
  const PoolView pool{bytes};
  ASSERT_EQ(pool.rows(), 3u);
  ASSERT_EQ(pool.columns(), 2u);
  EXPECT_EQ(pool.cell(0, 0), "1");
  EXPECT_EQ(pool.cell(0, 1), "one");
  EXPECT_EQ(pool.cell(1, 0), "2");
  EXPECT_EQ(pool.cell(1, 1), std::nullopt);
  EXPECT_EQ(pool.cell(2, 0), "");
  EXPECT_EQ(pool.cell(2, 1), "d\xc3\xa9j\xc3\xa0");
  EXPECT_EQ(pool.column_name(1), "name");
  EXPECT_EQ(pool.column_kind(0), PoolColumnKind::number);
  EXPECT_EQ(pool.column_kind(1), PoolColumnKind::text);
  EXPECT_EQ(pool.find_column("name"), 1u);
  EXPECT_EQ(pool.find_column("nam"), std::nullopt);
}

TEST(Pool, MayBeEmpty) {
  const auto bytes = make_pool({"id"}, {});
  EXPECT_EQ(PoolView(bytes).rows(), 0u);
  EXPECT_EQ(PoolView(bytes).column_name(0), "id");
  EXPECT_EQ(PoolView().rows(), 0u);
}

std::vector<int> sample(int rows, std::uint32_t limit, std::uint64_t seed) {
  PoolBuilder builder({"n"}, limit, seed);
  for (int i = 0; i < rows; ++i) {
    const std::string text = std::to_string(i);
    const std::optional<std::string_view> cell = text;
    builder.add_row({&cell, 1});
  }
  EXPECT_EQ(builder.rows_seen(), static_cast<std::uint64_t>(rows));
  const auto bytes = std::move(builder).finish();
  const PoolView pool{bytes};
  std::vector<int> kept;
  for (std::uint32_t i = 0; i < pool.rows(); ++i)
    kept.push_back(std::stoi(std::string(*pool.cell(i, 0))));
  return kept;
}

TEST(PoolBuilder, KeepsAllRowsUpToTheLimit) {
  EXPECT_EQ(sample(3, 3, 1), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(sample(3, 4, 1), (std::vector<int>{0, 1, 2}));
}

TEST(PoolBuilder, KeepsTheOrderOfASample) {
  const std::vector<int> kept = sample(1000, 100, 5);
  ASSERT_EQ(kept.size(), 100u);
  for (std::size_t i = 1; i < kept.size(); ++i) EXPECT_LT(kept[i - 1], kept[i]);
  EXPECT_EQ(kept, sample(1000, 100, 5));
  EXPECT_NE(kept, sample(1000, 100, 6));
}

// Each of 20 rows is among a sample of 5 with probability 1/4: of 4000 samples 1000 in the mean,
// with a standard deviation of 27.4; five of them either way.
TEST(PoolBuilder, SamplesUniformly) {
  std::vector<int> seen(20);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    for (const int row : sample(20, 5, seed)) ++seen[static_cast<std::size_t>(row)];
  }
  for (const int count : seen) {
    EXPECT_GT(count, 863);
    EXPECT_LT(count, 1137);
  }
}

// Header 24, two offsets for one column's name and end, one per cell, a byte of NULL bits per 8
// cells, a byte per kind, texts: 24 + 4 * 3 + 1 + 1 + 1 + 10 for one row of ten characters.
TEST(PoolBuilder, HoldsItsLimitOfBytes) {
  const std::optional<std::string_view> ten = "0123456789";
  PoolBuilder exact({"n"}, 10, 1, {}, 49);
  exact.add_row({&ten, 1});
  EXPECT_EQ(std::move(exact).finish().size(), 49u);

  PoolBuilder small({"n"}, 10, 1, {}, 48);
  const Error error = error_of([&] { small.add_row({&ten, 1}); });
  EXPECT_STREQ(error.sqlstate(), "53400");
  EXPECT_EQ(error.message(), "a pool is too large");

  // What a sample drops counts no longer.
  PoolBuilder one({"n"}, 1, 1, {}, 49);
  for (int i = 0; i < 100; ++i) one.add_row({&ten, 1});
  EXPECT_EQ(std::move(one).finish().size(), 49u);
}

TEST(PoolBuilder, RefusesRowsOfAnotherWidth) {
  PoolBuilder builder({"a", "b"}, 10, 1);
  const std::optional<std::string_view> cell = "x";
  EXPECT_THROW(builder.add_row({&cell, 1}), Error);
  EXPECT_THROW(PoolBuilder({"a", "b"}, 10, 1, {PoolColumnKind::text}), Error);
}

// Any cut or any changed byte gives an error or a pool whose cells can all be read.
TEST(PoolView, NeverReadsOutsideBrokenBytes) {
  const auto good = make_pool({"id", "name"}, {{"1", "one"}, {"2", std::nullopt}, {"3", "three"}});
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::vector<std::byte> cut(good.begin(),
                                     good.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_STREQ(error_of([&] { PoolView view{cut}; }).sqlstate(), "XX001");
  }
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int bits : {1, 0x80, 0xff}) {
      std::vector<std::byte> broken = good;
      broken[at] ^= static_cast<std::byte>(bits);
      try {
        const PoolView pool{broken};
        std::size_t total = 0;
        for (std::uint32_t row = 0; row < pool.rows(); ++row) {
          for (std::uint32_t column = 0; column < pool.columns(); ++column) {
            for (const char c : pool.cell(row, column).value_or("")) total += c != '\0';
          }
        }
        EXPECT_LE(total, good.size());
      } catch (const Error& error) {
        EXPECT_STREQ(error.sqlstate(), "XX001");
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace perf_mgmt
