// Opens the pages of a folder in a headless Chromium, narrow and wide, light and dark, and tests what
// only a browser can tell. Prints TAP.
//
// usage: node check.mjs FOLDER CHROMIUM [PICTURES]
// A page must log nothing, ask for nothing, show each of its charts, fit the width of the window, and
// have no violation that axe-core calls serious. With PICTURES each is also saved there as a picture.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder, executablePath, pictures] = process.argv.slice(2);
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Charts that a page of this name has at least; a page of something that has not ended may have none.
const leastCharts = { report: 5, hostile: 2, comparison: 3, history: 2 };
const widths = [400, 1400];
const schemes = ["light", "dark"];

let number = 0;
let failed = 0;
function test(name, problems) {
  number += 1;
  failed += problems.length > 0 ? 1 : 0;
  console.log(`${problems.length === 0 ? "ok" : "not ok"} ${number} - ${name}`);
  for (const problem of problems.slice(0, 10)) console.log(`#   ${problem.replace(/\s+/g, " ").slice(0, 300)}`);
}

// The functions below run in the page.

// Charts that are not to be seen, or have something in them that is no figure
function chartProblems() {
  const problems = [];
  const charts = Array.from(document.querySelectorAll("figure.chart"));
  for (const chart of charts) {
    const name = chart.id || "a chart";
    const plot = chart.querySelector("svg.plot");
    if (!plot) {
      if (!chart.querySelector(".nothing")) problems.push(`${name}: neither a drawing nor words for it`);
      continue;
    }
    const box = plot.getBoundingClientRect();
    if (box.height < 80 || box.width < 200) problems.push(`${name}: ${box.width} x ${box.height}`);
    if (plot.querySelectorAll("path").length < 2) problems.push(`${name}: nothing is drawn`);
    if (/NaN|Infinity|undefined/.test(plot.innerHTML)) problems.push(`${name}: no figure`);
    if (!plot.querySelector("desc")) problems.push(`${name}: no description`);
  }
  return { drawn: charts.filter((chart) => chart.querySelector("svg.plot")).length, problems };
}

// What stands out of the window to the right, unless something of its own scrolls it
function widthProblems() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement) {
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) && e !== root && e !== document.body) return true;
    }
    return false;
  };
  const wide = Array.from(document.body.querySelectorAll("*"))
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5 && !scrolls(element))
    .map((element) => `<${element.localName} class="${element.getAttribute("class") || ""}" id="${element.id}">`);
  return [`${root.scrollWidth} wide in a window of ${root.clientWidth}`, ...wide.slice(-5)];
}

// By its keys a chart tells its points; Tab reaches it.
async function keyboardProblems(page) {
  const problems = [];
  for (const chart of await page.$$("figure.chart:has(.strips [data-at])")) {
    const id = await chart.getAttribute("id");
    const plot = await chart.$("svg.plot");
    const readout = await chart.$(".readout");
    await plot.focus();
    const takesFocus = await plot.evaluate((element) => document.activeElement === element && element.tabIndex === 0);
    if (!takesFocus) problems.push(`${id}: takes no focus`);
    await page.keyboard.press("Home");
    const isTold = await readout.evaluate((element) => element.classList.contains("told"));  // not the hint
    const first = await readout.textContent();
    await page.keyboard.press("End");
    const last = await readout.textContent();
    if (!isTold || !first.trim()) problems.push(`${id}: tells nothing of its first point`);
    if (first === last && (await chart.$$(".strips [data-at]")).length > 1) problems.push(`${id}: tells the same of its first and its last point`);
  }
  return problems;
}

async function axeProblems(page) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id} (${violation.impact}): ${violation.help}: `
      + violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join("; "));
}

async function checkPage(browser, file, width, colorScheme) {
  const name = basename(file, ".html");
  const what = `${name}, ${width} px, ${colorScheme}`;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const messages = [];
  const requests = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { messages.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== url && !request.url().startsWith("data:")) requests.push(request.url()); });
  await page.goto(url, { waitUntil: "load" });

  // What is folded away must fit as well.
  await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = true; });
  const charts = await page.evaluate(chartProblems);
  const least = leastCharts[name] ?? 0;
  if (charts.drawn < least) charts.problems.push(`${charts.drawn} charts are drawn, not ${least}`);
  test(`${what}: its charts`, charts.problems);
  test(`${what}: fits the width`, await page.evaluate(widthProblems));
  test(`${what}: accessible`, await axeProblems(page));
  if (width === Math.max(...widths) && colorScheme === "light") test(`${what}: by the keyboard`, await keyboardProblems(page));
  test(`${what}: logs nothing`, messages);
  test(`${what}: asks for nothing`, requests);
  if (pictures) {
    await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = false; });
    await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  }
  await context.close();
}

// Paper has no scroll bars: what is printed must not be cut.
async function checkPrint(browser, file) {
  const page = await browser.newPage({ viewport: { width: 794, height: 1123 } });  // A4 at 96 dpi
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  await page.emulateMedia({ media: "print" });
  test(`${basename(file, ".html")}, printed: fits the width`, await page.evaluate(widthProblems));
  await page.close();
}

const files = readdirSync(folder).filter((name) => name.endsWith(".html")).sort().map((name) => resolve(folder, name));
const root = process.getuid?.() === 0;  // Chromium's sandbox does not start for root
const browser = await chromium.launch({ executablePath, args: root ? ["--no-sandbox"] : [] });
try {
  test("there are pages", files.length > 0 ? [] : [`none in ${folder}`]);
  for (const file of files) {
    for (const width of widths) for (const scheme of schemes) await checkPage(browser, file, width, scheme);
    await checkPrint(browser, file);
  }
} finally {
  await browser.close();
}
console.log(`1..${number}`);
process.exit(failed === 0 ? 0 : 1);
