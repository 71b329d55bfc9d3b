// The pages' one style sheet.
//
// All colours are custom properties, set once for light and once for dark; paper is light. Text has
// a contrast of at least 4.5 to its ground, lines of charts and edges of 3. Nothing is told by
// colour alone: verdicts have a symbol and a word, lines a legend.
#include "html_page.hpp"

namespace perf_mgmt {

namespace {

// Lines that meet in a chart (c4, c1, c2; c1, c3) differ in lightness, by 1.4 at least, so without
// hue too; stacked areas have an edge.
constexpr std::string_view kStyle = R"css(:root{
--ground:#f6f7f9;--card:#fff;--ink:#1b1f24;--quiet:#57606a;--edge:#d0d7de;--grid:#e4e8ec;--link:#0550ae;
--good:#1a7f37;--good-ground:#e9f7ec;--bad:#cf222e;--bad-ground:#ffefed;--warn:#8a5a00;--warn-ground:#fff7db;
--info:#0860c4;--info-ground:#eaf3ff;--none:#57606a;--none-ground:#eef1f4;--on-tone:#fff;
--c1:#0969da;--c2:#d4700f;--c3:#6639ba;--c4:#0f5323;--c5:#d6569f;--c6:#0b7285;--c7:#5f3d00;--c8:#6e7781;
--warmup:#8c959f;--disturbed:#d4a72c;color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{
--ground:#0d1117;--card:#161b22;--ink:#e6edf3;--quiet:#9da7b3;--edge:#3d444d;--grid:#2a313a;--link:#79b8ff;
--good:#3fb950;--good-ground:#12261a;--bad:#ff7b72;--bad-ground:#2d1718;--warn:#d9a528;--warn-ground:#2b2310;
--info:#6cb6ff;--info-ground:#11233b;--none:#9da7b3;--none-ground:#1c222a;--on-tone:#0d1117;
--c1:#58a6ff;--c2:#d2691e;--c3:#d8b9ff;--c4:#7ee787;--c5:#f778ba;--c6:#1b9aa5;--c7:#d9a528;--c8:#7a838d;
--warmup:#6e7681;--disturbed:#9e7a1f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;overflow-wrap:anywhere}
header,nav,main,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
main:focus{outline:none}
.kind{margin:0;color:var(--quiet);font-size:.9rem}
h1{font-size:1.75rem;line-height:1.2;margin:.1rem 0 .5rem}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
h3:first-child{margin-top:0}
p,ul,ol,dl{margin:0 0 .75rem}
a{color:var(--link)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.85rem}
pre{margin:0 0 .75rem;padding:.75rem;background:var(--none-ground);border-radius:6px;overflow:auto;max-height:32rem;
overflow-wrap:normal}
.quiet{color:var(--quiet)}
.small{font-size:.875rem}
.facts{color:var(--quiet);font-size:.9rem;margin:0 0 1rem;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:0 1.25rem}
.skip{position:absolute;left:-999rem;top:0;padding:.5rem 1rem;background:var(--card);color:var(--link);z-index:1}
.skip:focus{left:0}
:focus-visible{outline:3px solid var(--c1);outline-offset:2px;border-radius:3px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1rem;padding:0;margin:0 0 1rem;font-size:.9rem}
nav a{display:inline-block;padding:.15rem 0}
section{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:1.25rem;margin:0 0 1.25rem}
footer{color:var(--quiet);font-size:.85rem;padding-bottom:2rem}
.good{--tone:var(--good);--tone-ground:var(--good-ground)}
.bad{--tone:var(--bad);--tone-ground:var(--bad-ground)}
.warn{--tone:var(--warn);--tone-ground:var(--warn-ground)}
.info{--tone:var(--info);--tone-ground:var(--info-ground)}
.none{--tone:var(--none);--tone-ground:var(--none-ground)}
.box{border-left:6px solid var(--tone);background:var(--tone-ground);border-radius:6px;padding:1rem 1.1rem;margin:0 0 1rem}
.box:last-child{margin-bottom:0}
.box>:last-child{margin-bottom:0}
.box h3{display:flex;align-items:center;gap:.6rem;font-size:1.35rem;line-height:1.25;margin:0 0 .4rem}
.box.aside h3{font-size:1.05rem}
.sign{flex:none;display:inline-flex;align-items:center;justify-content:center;width:1.5em;height:1.5em;border-radius:50%;
background:var(--tone);color:var(--on-tone);font-weight:700;line-height:1}
.badge{display:inline-flex;align-items:center;gap:.35rem;white-space:nowrap}
.badge .sign{width:1.3em;height:1.3em;font-size:.8em}
.badge b{color:var(--tone)}
.tone{color:var(--tone);font-weight:600}
.figures{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.5rem 0 .75rem}
.figures div{min-width:6rem}
.figures dt{color:var(--quiet);font-size:.85rem}
.figures dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,10.5rem),1fr));gap:.75rem;margin:0}
.tile{border:1px solid var(--edge);border-top:3px solid var(--tone,var(--edge));border-radius:8px;padding:.6rem .75rem}
.tile dt{color:var(--quiet);font-size:.85rem}
.tile dd{margin:0}
.tile .value{font-size:1.4rem;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.tile .was{color:var(--quiet);font-size:.85rem}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));gap:1.25rem}
.scroll{overflow-x:auto;margin:0 0 .75rem}
.scroll:last-child{margin-bottom:0}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:0 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--grid)}
thead th{color:var(--quiet);font-weight:600;border-bottom:1px solid var(--edge)}
tbody th{font-weight:600;min-width:8rem;max-width:22rem;overflow-wrap:anywhere}
td{max-width:34rem}
td.text{overflow-wrap:anywhere;min-width:12rem}
.n{text-align:right}td.n{white-space:nowrap}
td .was,th .was{display:block;color:var(--quiet);font-size:.92em;font-weight:400;white-space:normal}
details{margin:0 0 .75rem}
details:last-child{margin-bottom:0}
summary{cursor:pointer;font-weight:600;padding:.25rem 0}
details>:not(summary){margin-left:.25rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 1rem}
.pair h4{margin:.25rem 0;font-size:.9rem}
.pair>div{min-width:0}
article{border-top:1px solid var(--grid);padding:.9rem 0 .2rem}
article:first-of-type{border-top:0;padding-top:0}
article h3{margin:0 0 .35rem;display:flex;flex-wrap:wrap;gap:.2rem .75rem}
figure.chart{margin:0;min-width:0}
figcaption{font-weight:600;margin:0 0 .25rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:0 0 .25rem;font-size:.85rem}
.legend li{display:inline-flex;align-items:center;gap:.4rem}
.key{flex:none;width:20px;height:12px}
.plot{display:block;width:100%;height:auto;color:var(--ink);touch-action:pan-y;overflow:visible}
.plot text{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.plot .tick{fill:var(--quiet)}
.plot .grid{color:var(--grid);stroke-opacity:1}
.plot .area{stroke:var(--card);stroke-width:.75}
.plot .axis{color:var(--quiet)}
.plot .cursor{color:var(--quiet)}
.readout{font-size:.85rem;min-height:3em;margin:.15rem 0 0;color:var(--quiet)}
.readout.told{color:var(--ink)}
.readout:empty{display:none}
.nothing{color:var(--quiet)}
.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}
.c5{color:var(--c5)}.c6{color:var(--c6)}.c7{color:var(--c7)}.c8{color:var(--c8)}
.failure{color:var(--bad)}.event{color:var(--quiet)}.accepted{color:var(--good)}
.change{color:var(--c3)}.baseline{color:var(--c6)}.level{color:var(--quiet)}
.warmup{color:var(--warmup)}.disturbed{color:var(--disturbed)}
@media (max-width:40rem){header,nav,main,footer{padding-left:.75rem;padding-right:.75rem}
section{padding:.9rem;border-radius:8px}h1{font-size:1.4rem}.plot text{font-size:14px}.figures{gap:.5rem 1.25rem}}
@media print{:root{--ground:#fff}body{font-size:10pt}nav,.skip,.readout{display:none}.charts{grid-template-columns:1fr 1fr}section{border:0;padding:0;break-inside:auto}
figure,tr,.tile,.box,article{break-inside:avoid}.scroll,pre{overflow:visible;max-height:none}pre{white-space:pre-wrap}
table{font-size:7.5pt}th,td,td.n,td.text,tbody th{padding:.2rem .3rem;min-width:0;white-space:normal}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
)css";

}  // namespace

std::string_view html_style() noexcept {
  return kStyle;
}

}  // namespace perf_mgmt
