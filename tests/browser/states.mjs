// Pages that say no, or ask again: as clean as the others, with everything unfolded.
import { join } from "node:path";
import { picture } from "./browser.mjs";
import { wrongs } from "./everywhere.mjs";

export async function tell({ site, story, must, as, text, links, pictures }) {
  /** What a form answers, looked at as any page. */
  async function clean(page, name) {
    const found = await wrongs(page);
    await page.setViewportSize({ width: 768, height: 900 });
    await picture(page, join(pictures, `state-${name}-768.png`));
    must(found.length === 0, found.join("\n"));
  }
  async function sends(page, selector) {
    await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
  }
  /** A lesson of Claire's that is still to be written. */
  async function ahead(page) {
    await page.goto(`${site}/enseignant`);
    await page.goto(site + (await links(page, "/seances/")).at(-1));
  }

  await story("a lesson that is refused says so cleanly", async () => {
    const page = await as("Claire");
    await ahead(page);
    await page.fill("#contenu", "");
    // Longer than its box: on paper it is whole.
    await page.fill("#travail_1_texte", "Sans date, et long à lire. ".repeat(40));
    await page.fill("#travail_1_duree", "vingt");
    await sends(page, "button:has-text('Publier'), button:has-text('Enregistrer la nouvelle version')");
    must((await page.locator(".errors li").count()) >= 2, "the faults are not summed up");
    await clean(page, "lesson-refused");
    await page.context().close();
  });

  await story("work given too late is confirmed beside its warning", async () => {
    const page = await as("Claire");
    await page.goto(`${site}/enseignant`);
    const today = (await page.locator(".banner time").getAttribute("datetime")).slice(0, 10);
    // A lesson of today or before: its work may be for today.
    const held = (await links(page, "/seances/")).filter((href) => href.slice(-10) <= today);
    await page.goto(site + held.at(-1));
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
    if (!(await page.inputValue("#contenu"))) await page.fill("#contenu", "Séance du jour.");
    const work = await page.locator("textarea[id^=travail_]").last().getAttribute("name");
    await page.fill(`#${work}`, "Pour tout de suite");
    await page.selectOption(`#${work.replace("texte", "pour")}`, "autre");
    await page.fill(`#${work.replace("texte", "date")}`, today);
    await sends(page, "button:has-text('Publier'), button:has-text('Enregistrer la nouvelle version')");
    must((await text(page)).includes("Les élèves auront peu de temps"), `nothing is warned of: ${(await text(page)).slice(0, 300)}`);
    must((await page.locator(".errors button[name=confirmer]").count()) === 1, "the confirmation is not beside its warning");
    await clean(page, "late-work");
    await page.context().close();
  });

  await story("a move to an hour that is taken is confirmed beside its warning", async () => {
    const page = await as("Hélène");
    await page.goto(`${site}/direction/seances`);
    await page.locator("#qui").selectOption({ label: "Mme Vidal (Claire)" });
    await page.fill("#du", "2026-11-19");
    await page.fill("#au", "2026-11-20");
    await sends(page, "button:has-text('Voir ces séances')");
    const hours = await page.locator("label[for^='seance-'] strong").allInnerTexts();
    const taken = hours.at(-1).match(/(\d+)\D*(\d\d)?/);
    await page.goto(site + (await links(page, "/deplacer"))[0]);
    await page.fill("#jour", "2026-11-20");
    await page.fill("#heure", `${taken[1].padStart(2, "0")}:${taken[2] ?? "00"}`);
    await sends(page, "button:has-text('Déplacer la séance')");
    must((await page.locator(".errors #confirmer").count()) === 1, `nothing to confirm: ${(await text(page)).slice(0, 300)}`);
    await clean(page, "move-taken");
    await page.context().close();
  });

  await story("a cancellation without a reason is refused cleanly", async () => {
    const page = await as("Hélène");
    await page.goto(`${site}/direction/seances`);
    await page.locator("#qui").selectOption({ label: "Mme Vidal (Claire)" });
    await page.fill("#du", "2026-11-19");
    await page.fill("#au", "2026-11-19");
    await sends(page, "button:has-text('Voir ces séances')");
    await sends(page, "button:has-text('Annuler les séances cochées')");
    must((await page.locator(".errors a").count()) > 0, "nothing is refused");
    await clean(page, "cancel-refused");
    await page.context().close();
  });

  await story("a page that does not exist is of no role, and clean", async () => {
    for (const [name, home] of [["Inès", "/eleve"], ["Claire", "/enseignant"], ["Hélène", "/direction"]]) {
      const page = await as(name);
      const answer = await page.goto(`${site}/direction/nulle-part`);
      must(answer.status() === 404, `status ${answer.status()}`);
      must((await page.locator("header nav").count()) === 0, "it shows a menu");
      must((await links(page, home)).length > 0, "it does not lead home");
      await clean(page, `nowhere-${home.slice(1)}`);
      await page.context().close();
    }
  });
}
