// The pages' one script: read-outs of charts, and details that open for printing. Without it a page
// says the same: points keep their titles, which browsers show by themselves.
#include "html_page.hpp"

namespace perf_mgmt {

namespace {

// A point is found by its place rather than by the strip below the pointer: a finger that moves
// stays with the element that it began on. Charts are 480 units wide (svg_chart.hpp).
constexpr std::string_view kScript = R"js("use strict";
for (const figure of document.querySelectorAll("figure.chart")) {
  const plot = figure.querySelector("svg.plot");
  const readout = figure.querySelector(".readout");
  const cursor = figure.querySelector(".cursor");
  const strips = Array.from(figure.querySelectorAll(".strips > [data-at]"));
  if (!plot || !readout || !cursor || strips.length === 0) continue;
  const places = strips.map((strip) => Number(strip.getAttribute("data-at")));
  const texts = strips.map((strip) => {
    const title = strip.querySelector("title");
    if (title) title.remove();
    return title ? title.textContent : "";
  });
  const hint = "Point at the chart, or move along it with the arrow keys.";
  let current = -1;
  const show = (index) => {
    current = Math.min(Math.max(index, 0), strips.length - 1);
    readout.textContent = texts[current];
    readout.classList.add("told");
    cursor.setAttribute("transform", "translate(" + places[current] + ")");
    cursor.setAttribute("visibility", "visible");
  };
  const hide = () => {
    current = -1;
    readout.textContent = hint;
    readout.classList.remove("told");
    cursor.setAttribute("visibility", "hidden");
  };
  const point = (event) => {
    const box = plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 480;
    let best = 0;
    for (let i = 1; i < places.length; i++) {
      if (Math.abs(places[i] - x) < Math.abs(places[best] - x)) best = i;
    }
    if (best !== current) show(best);
  };
  plot.setAttribute("tabindex", "0");
  plot.addEventListener("pointermove", point);
  plot.addEventListener("pointerdown", point);
  plot.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse" && document.activeElement !== plot) hide();
  });
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const last = strips.length - 1;
    const to = {
      ArrowRight: current + 1, ArrowLeft: current < 0 ? last : current - 1,
      PageDown: current + 10, PageUp: current - 10, Home: 0, End: last
    }[event.key];
    if (event.key === "Escape") hide();
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    show(to);
  });
  hide();
}
let opened = [];
addEventListener("beforeprint", () => {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  opened = [];
});
)js";

}  // namespace

std::string_view html_script() noexcept {
  return kScript;
}

}  // namespace perf_mgmt
