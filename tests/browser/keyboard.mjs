// Without a mouse: each role goes from the top of its first page to what it came to do.
import { door, kinds } from "./door.mjs";

const STOPS_MAX = 400;

/** The element under the keyboard: what it is, whether it is seen, and whether one sees that it is there. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const before = window.before;
    window.before = element;
    return {
      what: `${element.tagName.toLowerCase()} ${(element.textContent || element.id).trim().slice(0, 40)}`,
      inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      inOrder: !before || before === element || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
    };
  });
}

export async function tell({ browser, site, story, must, as, text }) {
  /** Tab until something that `selector` names is under the keyboard. */
  async function tabTo(page, selector) {
    for (let stop = 0; stop < STOPS_MAX; stop += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    }
    throw new Error(`the keyboard does not reach ${selector}`);
  }

  /** Enter, and the page it leads to. */
  async function follow(page, selector) {
    await tabTo(page, selector);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  }

  /** From the top to the end: the skip link first, then each stop in the order of the page, in sight and marked. */
  async function walks(page) {
    await page.keyboard.press("Tab");
    must(await page.evaluate(() => document.activeElement.matches(".skip")), "the first stop is not « Aller au contenu »");
    for (let stop = 0; ; stop += 1) {
      must(stop < STOPS_MAX, "the keyboard never comes out of the page");
      const here = await focused(page);
      if (!here) return;
      must(here.inSight, `${here.what}: is not in sight`);
      must(here.marked, `${here.what}: nothing shows that it is there`);
      must(here.inOrder, `${here.what}: comes before what stands above it`);
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.matches(".skip"))) return;
    }
  }

  /** The skip link leads past the menu: the next stop is in the content. */
  async function skips(page) {
    await page.evaluate(() => document.activeElement.blur());
    await page.reload();
    await tabTo(page, ".skip");
    await page.keyboard.press("Enter");
    must(await page.evaluate(() => document.activeElement.id === "corps"), "« Aller au contenu » leads nowhere");
    await page.keyboard.press("Tab");
    must(await page.evaluate(() => document.activeElement.closest("main, footer") !== null), "the menu comes after the skip link");
  }

  for (const [kind, id] of kinds(await door(browser, site))) {
    await story(`the ${kind} goes through their first page by the keyboard`, async () => {
      const page = await as(id);
      await walks(page);
      await skips(page);
      await page.context().close();
    });
  }

  await story("a pupil turns to the week before, by the keyboard", async () => {
    const page = await as("Inès");
    await follow(page, "a[rel=prev]");
    must(page.url().includes("semaine="), page.url());
    await page.context().close();
  });

  await story("a mother opens the notebook of her daughter, by the keyboard", async () => {
    const page = await as("Aïssatou");
    await follow(page, ".card .go a");
    must(page.url().includes("/parent/enfants/"), page.url());
    await page.context().close();
  });

  await story("a teacher unfolds the documents and keeps a draft, by the keyboard", async () => {
    const page = await as("Claire");
    await follow(page, ".slot.ahead");
    await tabTo(page, "#contenu");
    await page.keyboard.type("Au clavier.");
    const folded = "details:has(#ressource_1_titre)";
    await tabTo(page, `${folded} > summary`);
    if (!(await page.locator(`${folded}[open]`).count())) await page.keyboard.press("Enter");
    await tabTo(page, "#ressource_1_titre");
    await follow(page, "button[formaction$='/brouillon']");
    must((await text(page)).toLowerCase().includes("brouillon"), "nothing says that the draft is kept");
    await follow(page, "form[action$='/jeter'] button");
    await page.context().close();
  });

  await story("a form tutor reads the workload of their class, by the keyboard", async () => {
    const page = await as("Claire");
    await follow(page, "a[href*='/enseignant/classes/']");
    await follow(page, "main .go a");
    must(page.url().endsWith("/charge"), page.url());
    await page.context().close();
  });

  await story("the school life opens a class, by the keyboard", async () => {
    const page = await as(kinds(await door(browser, site)).find(([kind]) => kind === "school life")[1]);
    await follow(page, ".pills a");
    must(page.url().includes("/vie-scolaire/classes/"), page.url());
    await page.context().close();
  });

  await story("a head looks for the lessons of a teacher, by the keyboard", async () => {
    const page = await as("Hélène");
    await follow(page, "nav a[href='/direction/seances']");
    await tabTo(page, "#qui");
    await page.keyboard.type("Mme Vidal");
    await follow(page, "form[action='/direction/seances'][method=get] button");
    must((await text(page)).includes("Séances trouvées") || (await page.locator(".errors").count()) > 0, "nothing came back");
    must(!(await text(page)).includes("Choisissez un enseignant"), "the teacher was not chosen");
    await page.context().close();
  });

  await story("an inspector opens a notebook and filters it, by the keyboard", async () => {
    const page = await as("Yann");
    await follow(page, ".subjects a");
    await follow(page, ".filters li:nth-child(2) a");
    must(page.url().includes("filtre="), page.url());
    await page.context().close();
  });

  await story("a substitute reads what was done and what is to be done, by the keyboard", async () => {
    const teachers = (await door(browser, site)).filter(({ role }) => role === "Enseignants");
    for (const { id } of teachers) {
      const page = await as(id);
      const substitutes = await page.locator("#reprise").count();
      if (substitutes) {
        await walks(page);
        await page.reload();
        await follow(page, "a[href$='/reprise-de-service']");
        must((await text(page)).includes("ce qui a été fait"), "the page does not say what was done");
      }
      await page.context().close();
      if (substitutes) return;
    }
    throw new Error("nobody on the door has just taken over a service");
  });
}
