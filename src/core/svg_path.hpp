// Coordinates of a drawing, in tenths: a page's size is its points', and nobody sees a hundredth.
#pragma once

#include <string>

namespace perf_mgmt {

// "12", "12.3", "-.5"; what is not a number, or out of any drawing, is brought into it.
std::string coordinate(double value);

// The d of a <path>. Lines are relative, which halves their text, and are counted in whole tenths,
// so that rounding does not add up.
class SvgPath {
 public:
  void move(double x, double y);
  void line(double x, double y);
  // A place without length: with round caps, a dot.
  void dot(double x, double y);
  void box(double x, double y, double width, double height);
  void close();

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  void append(int tenths);

  std::string text_;
  int x_ = 0;
  int y_ = 0;
  bool in_line_ = false;  // further lines need no letter
};

}  // namespace perf_mgmt
