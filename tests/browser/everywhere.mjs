// Every kind of page that somebody of each role reaches, by links and by forms that only ask: everything unfolded, wide and narrow, under a finger, light, dark, printed.
import { join } from "node:path";
import { cut, faults, finger, overflow, picture, rows, smallTargets } from "./browser.mjs";
import { cast, matrix } from "./door.mjs";

/** Other states of an address whose first example says too little, from the links of the page that leads there. */
const OTHERS = {
  "/eleve": () => "/eleve?semaine=2026-10-26",
  "/enseignant": (links) => links.findLast((href) => href.includes("/seances/")),
  "/direction/groupes": (links) => links.findLast((href) => href.includes("/groupes/") && !href.endsWith("/nouveau")),
};

const shown = new Map();

/** The forms that somebody of a kind was shown, by where they go. */
export function asking(kind) {
  return shown.get(kind) ?? new Set();
}

export async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
}

/** What is wrong with a page as it stands: in each width, under a finger, in the light, in the dark and on paper. */
export async function wrongs(page) {
  const found = [];
  const add = (where, what) => found.push(...what.map((one) => `${where}: ${one}`));
  await unfold(page);
  await page.setViewportSize({ width: 320, height: 800 });
  await finger(page, true);
  add("320: too wide", await overflow(page));
  add("320: small", await smallTargets(page));
  await finger(page, false);
  add("320, light", await faults(page));
  await page.setViewportSize({ width: 768, height: 900 });
  add("768: too wide", await overflow(page));
  add("768", await rows(page));
  await page.setViewportSize({ width: 1280, height: 900 });
  add("1280: too wide", await overflow(page));
  await page.emulateMedia({ colorScheme: "dark" });
  add("1280, dark", await faults(page));
  await page.setViewportSize({ width: 718, height: 1000 }); // A4 between its margins
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  add("printed: too wide", await overflow(page));
  add("printed: cut", await cut(page));
  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: 768, height: 900 });
  return found;
}

/** What an address is an example of: the route of the matrix that says most of it, and the names of what it asks. */
function pattern(routes, address) {
  const { pathname, searchParams } = new URL(address);
  const parts = pathname.split("/");
  const fits = ({ route }) => {
    const wanted = route.split("/");
    return wanted.length === parts.length && wanted.every((one, at) => one.startsWith("{") || one === parts[at]);
  };
  const said = ({ route }) => route.split("/").filter((one) => !one.startsWith("{")).length;
  const route = routes.filter(fits).sort((one, other) => said(other) - said(one))[0]?.route ?? pathname;
  const asked = [...new Set(searchParams.keys())].sort().join("&");
  return { route, whole: asked ? `${route}?${asked}` : route };
}

/** Where the links of a page lead, and its forms that only ask, filled with what they offer. */
async function leads(page) {
  return page.evaluate(() => {
    const links = [...document.querySelectorAll("main a, header nav a")].map((a) => a.href.split("#")[0]);
    const forms = [...document.querySelectorAll("main form[method=get]")].map((form) => {
      const asked = new URLSearchParams(new FormData(form));
      for (const select of form.querySelectorAll("select")) {
        if (!asked.get(select.name)) asked.set(select.name, [...select.options].at(-1).value);
      }
      for (const input of form.querySelectorAll("input[required]")) {
        if (!input.value) asked.set(input.name, input.type === "time" ? "18:00" : "55");
      }
      const box = form.querySelector("input[type=checkbox]");
      if (box && !asked.has(box.name)) asked.append(box.name, box.value);
      return `${form.action.split("?")[0]}?${asked}`;
    });
    return [...links, ...forms];
  });
}

/** Pages that only some come to. */
const ONLY = {
  "/enseignant/cahiers/{textbook}/reprise-de-service": ["substitute"],
};

/** One address of each kind of page that somebody reaches, as it is found: what a story does with it says where it leads. */
function walk(site, routes, first) {
  const known = new Map();
  const put = (address) => {
    const { whole } = pattern(routes, address);
    if (!known.has(whole)) known.set(whole, address);
  };
  put(first);
  const found = async (page) => {
    const links = (await leads(page)).filter((href) => href.startsWith(`${site}/`) && href !== `${site}/` && !href.includes("/fichiers/"));
    links.forEach(put);
    const other = OTHERS[new URL(page.url()).pathname]?.(links);
    if (other) known.set(new URL(other, site).href, new URL(other, site).href);
  };
  return { known, found };
}

export async function tell({ browser, site, story, must, as, pictures }) {
  const table = await matrix();
  const pages = table.filter(({ method }) => method === "GET");
  for (const { kind, id, in: titles } of await cast(browser, site)) {
    const page = await as(id);
    const mine = `/${new URL(page.url()).pathname.split("/")[1]}`;
    const { known, found } = walk(site, pages, page.url());
    const read = new Set();
    let number = 0;
    shown.set(kind, new Set());
    for (const [name, address] of known) {
      await story(`the ${kind} reads ${name.replace(site, "")}`, async () => {
        const answer = await page.goto(address);
        must(answer.status() === 200, `status ${answer.status()}`);
        read.add(pattern(pages, page.url()).route);
        await found(page);
        const forms = await page.locator("main form").evaluateAll((all) => all.map((form) => form.action));
        forms.forEach((action) => asking(kind).add(pattern(table, action).route));
        must((await page.locator("h1").count()) === 1, "a page has one title");
        must(!/undefined|NaN|\{\{|personne oubliée|texte illisible/.test(await page.content()), "something shows through");
        const wrong = await wrongs(page);
        number += 1;
        if (wrong.length > 0 || process.env.PALIMPSESTE_PICTURES) await picture(page, join(pictures, `${kind.replaceAll(" ", "-")}-${number}.png`));
        must(wrong.length === 0, [address, ...wrong].join("\n"));
      });
    }
    await story(`the ${kind} reaches each kind of page that is theirs`, async () => {
      const theirs = pages.filter(({ route, opens }) => `${route}/`.startsWith(`${mine}/`) && titles.some((title) => opens.includes(title)));
      const due = theirs.map(({ route }) => route).filter((route) => ONLY[route]?.includes(kind) ?? true);
      const missing = due.filter((route) => !read.has(route));
      must(missing.length === 0, `nothing leads to ${missing.join(", ")}`);
    });
    await page.context().close();
  }
}
