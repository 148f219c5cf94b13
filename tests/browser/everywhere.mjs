// The first kinds of page that somebody of each role reaches by links, fourteen at most, as each screen shows it: everything unfolded, wide and narrow, light, dark, printed.
import { join } from "node:path";
import { faults, overflow, picture } from "./browser.mjs";
import { door, kinds } from "./door.mjs";

const WIDTHS = [320, 768, 1280];
const PAGES_MAX = 14;

/** What an address is an example of: `/eleve/cahiers/*`, whatever the notebook or the week. */
function pattern(address) {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27,}/g, "*").replace(/\d{4}-\d\d-\d\d(T[\d:]+)?/g, "*");
  return `${path}?${[...searchParams.keys()].sort().join("&")}`;
}

export async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
}

/** What is wrong with a page as it stands, in each width, in the dark and on paper. */
export async function wrongs(page) {
  const found = [];
  await unfold(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    found.push(...(await overflow(page)).map((what) => `${width}: too wide: ${what}`));
  }
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await faults(page)).map((what) => `${colorScheme}: ${what}`));
  }
  await page.setViewportSize({ width: 718, height: 1000 }); // A4 between its margins
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  found.push(...(await overflow(page)).map((what) => `printed: too wide: ${what}`));
  await page.emulateMedia({ media: "screen" });
  return found;
}

/** One address of each kind of page that links lead to, from where somebody begins. */
async function reached(page, site) {
  const known = new Map([[pattern(page.url()), page.url()]]);
  for (const address of known.values()) {
    if (known.size >= PAGES_MAX) break;
    await page.goto(address);
    const links = await page.locator("main a, header nav a").evaluateAll((all) => all.map((a) => a.href));
    for (const href of links) {
      const bare = href.split("#")[0];
      const outside = !bare.startsWith(site) || bare.includes("/fichiers/") || bare === `${site}/`;
      if (!outside && !known.has(pattern(bare)) && known.size < PAGES_MAX) known.set(pattern(bare), bare);
    }
  }
  return [...known.values()];
}

export async function tell({ browser, site, story, must, as, pictures }) {
  for (const [kind, id] of kinds(await door(browser, site))) {
    await story(`the pages that the ${kind} reaches are clean, unfolded, at each width, in the dark and on paper`, async () => {
      const page = await as(id);
      const found = [];
      for (const [number, address] of (await reached(page, site)).entries()) {
        const answer = await page.goto(address);
        if (answer.status() !== 200) found.push(`${address}: ${answer.status()}`);
        found.push(...(await wrongs(page)).map((what) => `${address}: ${what}`));
        await page.setViewportSize({ width: 768, height: 900 });
        await picture(page, join(pictures, `all-${kind.replaceAll(" ", "-")}-${number}-768.png`));
      }
      await page.context().close();
      must(found.length === 0, found.join("\n"));
    });
  }
}
