#include "svg_path.hpp"

#include <algorithm>
#include <cmath>

namespace perf_mgmt {

namespace {

constexpr double kFarthest = 10000;

int tenths_of(double value) {
  if (std::isnan(value)) return 0;
  return static_cast<int>(std::lround(std::clamp(value, -kFarthest, kFarthest) * 10));
}

std::string tenths_text(int tenths) {
  const int size = std::abs(tenths);
  std::string text = tenths < 0 ? "-" : "";
  if (size >= 10 || size == 0) text += std::to_string(size / 10);
  if (size % 10 != 0) text += "." + std::to_string(size % 10);
  return text;
}

}  // namespace

std::string coordinate(double value) {
  return tenths_text(tenths_of(value));
}

// A sign parts numbers as well as a blank does.
void SvgPath::append(int tenths) {
  const char last = text_.back();
  const bool after_number = last >= '0' && last <= '9';
  if (after_number && tenths >= 0) text_ += ' ';
  text_ += tenths_text(tenths);
}

void SvgPath::move(double x, double y) {
  x_ = tenths_of(x);
  y_ = tenths_of(y);
  text_ += 'M';
  append(x_);
  append(y_);
  in_line_ = false;
}

void SvgPath::line(double x, double y) {
  const int to_x = tenths_of(x);
  const int to_y = tenths_of(y);
  if (!in_line_) text_ += 'l';
  append(to_x - x_);
  append(to_y - y_);
  x_ = to_x;
  y_ = to_y;
  in_line_ = true;
}

void SvgPath::dot(double x, double y) {
  move(x, y);
  text_ += "h0";
}

void SvgPath::box(double x, double y, double width, double height) {
  move(x, y);
  const int right = tenths_of(x + width) - x_;
  text_ += 'h';
  append(right);
  text_ += 'v';
  append(tenths_of(y + height) - y_);
  text_ += 'h';
  append(-right);
  close();
}

void SvgPath::close() {
  text_ += 'z';
  in_line_ = false;
}

}  // namespace perf_mgmt
