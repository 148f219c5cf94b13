// Looks at every page of the gallery: node gallery.mjs <folder of html> [<folder of pictures>] [only]
// The folder is made by `PALIMPSESTE_GALLERY=<folder> cargo test -p api gallery`.
import { mkdir, readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { faults, launch, open, overflow, picture, smallTargets } from "./browser.mjs";

const [folder, pictures, only = ""] = process.argv.slice(2);
if (!folder) {
  console.error("node gallery.mjs <folder of html> [<folder of pictures>] [only]");
  process.exit(2);
}
if (pictures) await mkdir(pictures, { recursive: true });
const names = (await readdir(folder)).filter((name) => name.endsWith(".html") && name.includes(only)).sort();
const browser = await launch();
let count = 0;
let wrong = 0;

for (const width of [320, 768, 1280]) {
  for (const dark of [false, true]) {
    const page = await open(browser, { width, dark, touch: width < 1000 });
    for (const name of names) {
      await page.goto(`file://${resolve(folder, name)}`);
      const found = [
        ...(await overflow(page)).map((what) => `wider than the screen: ${what}`),
        ...(width === 320 && !dark ? (await smallTargets(page)).map((what) => `small target: ${what}`) : []),
        ...(width === 768 ? [] : await faults(page)),
      ];
      count += 1;
      wrong += found.length;
      for (const what of found) console.log(`${name} ${width}${dark ? " dark" : ""}: ${what}`);
      if (pictures && width !== 768) await picture(page, `${pictures}/${name.replace(".html", "")}-${width}${dark ? "-dark" : ""}.png`);
    }
    await page.context().close();
  }
}
await browser.close();
console.log(`${names.length} pages, ${count} views, ${wrong} faults`);
process.exit(wrong === 0 ? 0 : 1);
