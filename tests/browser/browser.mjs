// Opens pages in the Chromium of the machine, asks axe about them, and looks at their width.
import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const onPath = (process.env.PATH ?? "").split(":").map((folder) => `${folder}/chromium`);
  const found = ["/usr/bin/chromium", ...onPath].find((path) => existsSync(path));
  if (!found) throw new Error("no chromium: install it, or name it in CHROMIUM");
  return found;
}

export function launch() {
  return chromium.launch({ executablePath: executable(), args: FLAGS });
}

/** A page of its own: { width, height, dark, script, touch } with what a phone has by default. */
export async function open(browser, { width = 320, height = 800, dark = false, script = true, touch = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: script,
    hasTouch: touch,
    locale: "fr-FR",
    timezoneId: "Europe/Paris",
    reducedMotion: "reduce",
    bypassCSP: true, // axe is put into the page; the policy itself is checked by its header
  });
  return context.newPage();
}

const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const axeFrench = JSON.parse(await readFile(require.resolve("axe-core/locales/fr.json"), "utf8"));

/** What axe finds wrong, one line a node; empty when clean. */
export async function faults(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    ({ locale, tags }) => {
      window.axe.configure({ locale });
      return window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    },
    { locale: axeFrench, tags: TAGS },
  );
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(" ")}`));
}

/** The elements that make the page scroll sideways; empty when it does not. */
export function overflow(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const inScroller = (element) => element.closest(".scroll") !== null;
    const guilty = [...document.body.querySelectorAll("*")]
      .filter((element) => !inScroller(element) && element.getBoundingClientRect().right > wide + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
    return guilty.length > 0 ? guilty : ["something inside a scrolling region that escapes it"];
  });
}

/** Links and controls smaller than a finger, those inside a sentence excepted. */
export function smallTargets(page, least = 44) {
  return page.evaluate((least) => {
    const inSentence = (element) => getComputedStyle(element).display === "inline";
    return [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
      .map((element) => ({ element, box: (element.closest(".check") ?? element).getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 1 && box.height < least - 0.5 && !inSentence(element) && !element.matches(".skip"))
      .map(({ element, box }) => `${Math.round(box.height)}px ${element.tagName.toLowerCase()} ${element.textContent.trim().slice(0, 40)}`);
  }, least);
}

const lines = new WeakMap();

/** Whether what points at a page opened without touch is a finger from now on. */
export async function finger(page, enabled) {
  // The line stays open: closing it takes the finger away.
  if (!lines.has(page)) lines.set(page, await page.context().newCDPSession(page));
  await lines.get(page).send("Emulation.setTouchEmulationEnabled", { enabled });
}

/** What is larger than the box that shows it, where nobody can scroll: on paper, it is lost. */
export function cut(page) {
  return page.evaluate(() => {
    const hides = ({ overflowX, overflowY }) => overflowX !== "visible" || overflowY !== "visible";
    return [...document.body.querySelectorAll("*")]
      .filter((element) => !element.matches(".vh, .vh *, [aria-hidden=true], [aria-hidden=true] *, select, option, input"))
      .filter((element) => element.clientWidth > 1 && hides(getComputedStyle(element)))
      .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.trim().slice(0, 40)}`);
  });
}

/** How many rows the menu takes, when it is more than one. */
export async function rows(page) {
  const tops = await page.locator("header nav li").evaluateAll((all) => [...new Set(all.map((one) => one.offsetTop))]);
  return tops.length > 1 ? [`the menu takes ${tops.length} rows`] : [];
}

/** The whole page as a PNG. */
export function picture(page, path) {
  return page.screenshot({ path, fullPage: true });
}
