// The pages, in a browser, on a whole demonstration: every page for every person, then a school day as people live it.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, chmod, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "node:net";
import { faults, launch, open, overflow, picture } from "./browser.mjs";
import * as everywhere from "./everywhere.mjs";
import * as keyboard from "./keyboard.mjs";
import * as light from "./light.mjs";
import * as states from "./states.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const binary = process.env.PALIMPSESTE ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/palimpseste");
const pictures = join(here, "out");
// The two pictures of the README are taken anew when asked: PALIMPSESTE_SCREENS=1.
const screens = process.env.PALIMPSESTE_SCREENS ? join(here, "screens") : undefined;
if (screens) await mkdir(screens, { recursive: true });

let stories = 0;
const failed = [];
async function story(name, tell) {
  stories += 1;
  const began = Date.now();
  const lasted = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  try {
    await tell();
    console.log(`ok      ${name} (${lasted()})`);
  } catch (problem) {
    failed.push(name);
    console.log(`FAILED  ${name} (${lasted()})\n        ${String(problem.message ?? problem).split("\n").join("\n        ")}`);
  }
}
function must(held, what) {
  if (!held) throw new Error(what);
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** A demonstration on its own data directory; resolves when it serves. */
async function demonstration(dataDir, port) {
  const words = ["demo", "--port", port, "--data-dir", dataDir, "--at", "2026-11-17T17:30", "--format", "json"].map(String);
  const child = spawn(binary, words, { stdio: ["ignore", "pipe", "inherit"] });
  const told = await new Promise((ready, fail) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      const line = text.split("\n").find((line) => line.startsWith("{") && line.endsWith("}"));
      if (line) ready(JSON.parse(line));
    });
    child.on("exit", (code) => fail(new Error(`the demonstration ended with ${code}`)));
  });
  return { child, told };
}

function stopped(child) {
  return new Promise((done) => {
    child.on("exit", done);
    child.kill("SIGINT");
  });
}

const dataDir = await mkdtemp(join(tmpdir(), "palimpseste-browser-"));
await chmod(dataDir, 0o711);
await mkdir(pictures, { recursive: true });
const port = await freePort();
const started = Date.now();
let { child, told } = await demonstration(dataDir, port);
console.log(`the demonstration opened in ${((Date.now() - started) / 1000).toFixed(1)} s`);
const site = `http://127.0.0.1:${port}`;
const person = Object.fromEntries(told.people.map(({ id, name }) => [name.split(" ")[0], id]));
const browser = await launch();

/** A browser page that is somebody: a first name of the story, or an id. */
async function as(name, options = {}) {
  const page = await open(browser, { width: 1280, ...options });
  await page.goto(site);
  await page.locator(`form:has(input[name=personne][value="${person[name] ?? name}"]) button, button[name=personne][value="${person[name] ?? name}"]`).first().click();
  await page.waitForLoadState();
  return page;
}
async function text(page, path) {
  if (path) await page.goto(site + path);
  return (await page.locator("main").innerText()).replace(/[\u00a0\u202f]/g, " ");
}
async function links(page, part) {
  const all = await page.locator("main a").evaluateAll((found) => found.map((a) => a.getAttribute("href")));
  return all.filter((href) => href?.includes(part));
}

// ------------------------------------------------------------------ the door, slow lines, refusals, every page of every role, the keyboard

await story("the door is clean, and so are the pages of the footer", async () => {
  const page = await open(browser, { width: 1280 });
  for (const address of ["/", "/accessibilite", "/donnees-personnelles", "/donnees-personnelles/eleves", "/nulle-part"]) {
    await page.goto(site + address);
    const found = await everywhere.wrongs(page);
    must(found.length === 0, `${address}: ${found.join("\n")}`);
  }
  await page.context().close();
});

// Before the day: the head closes the mandate in its course, and the inspector reads nothing more.
for (const part of [light, states, everywhere, keyboard]) {
  await part.tell({ browser, site, story, must, as, text, links, pictures });
}

// ------------------------------------------------------------------ a school day

const noScript = { script: false };
let lesson;
const written = "Séance du navigateur : résoudre un problème à deux étapes.";

await story("a teacher writes a lesson and its work, in one form, without JavaScript", async () => {
  const page = await as("Claire", noScript);
  await page.goto(`${site}/enseignant`);
  const toComplete = await links(page, "/seances/");
  // Her lesson of Thursday: not held yet, hence not written by school life.
  lesson = toComplete.find((href) => href.endsWith("2026-11-19"));
  must(lesson, "no lesson on Thursday");
  await page.goto(site + lesson);
  await page.fill("#contenu", "");
  await page.click("button:has-text('Publier')");
  must((await text(page)).includes("Écrivez ce qui a été fait"), "an empty lesson is not refused in words");
  await page.fill("#contenu", written);
  await page.fill("#travail_1_texte", "Exercice 30 p. 91, rédigé.");
  await page.selectOption("#travail_1_pour", { index: 1 });
  await page.fill("#travail_1_duree", "vingt");
  await page.click("button:has-text('Publier')");
  must((await page.inputValue("#contenu")) === written, "what was typed is lost");
  must((await text(page)).includes("nombre de minutes"), "a duration in words is not explained");
  await page.fill("#travail_1_duree", "20");
  await page.click("button:has-text('Publier')");
  must((await text(page)).includes("La séance est publiée"), "nothing says what happened");
  await page.context().close();
});

await story("her pupil and his mother read it at once", async () => {
  const pupil = await as("Inès", noScript);
  must((await text(pupil, "/eleve")).includes(written), "the pupil's week does not show it");
  must((await text(pupil, "/eleve/travail")).includes("Exercice 30 p. 91"), "the work is not listed");
  await pupil.context().close();
  const mother = await as("Aïssatou", noScript);
  const home = await text(mother, "/parent");
  must(home.includes("Inès") && home.includes("Mariam"), "both daughters are not on the first page");
  if (screens) {
    await mother.setViewportSize({ width: 420, height: 900 });
    await mother.screenshot({ path: join(screens, "parent.png") });
  }
  await mother.context().close();
});

await story("a mother has a child in each school: both are on her page, and each names its school", async () => {
  const mother = await as("Katell", noScript);
  const home = await text(mother, "/parent");
  must(home.includes("Maël") && home.includes("Louison"), "both children are not on the first page");
  must(home.includes("École Saules"), "the school of each is not named");
  await mother.context().close();
});

await story("a father whom a court denied it is shown nothing", async () => {
  const father = await as("Bruno", noScript);
  must(new URL(father.url()).pathname === "/parent", `he is led to ${father.url()}`);
  must(!(await text(father, "/parent")).includes("Jade"), "the child is named");
  await father.context().close();
});

await story("a teacher joins a sheet and a sound: the pupil saves the one and plays the other", async () => {
  const teacher = await as("Claire", noScript);
  await teacher.goto(site + lesson);
  await teacher.click("summary:has-text('Documents et liens')");
  await teacher.fill("#ressource_1_titre", "Fiche du navigateur");
  const page = { name: "fiche.pdf", mimeType: "application/pdf", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") };
  await teacher.setInputFiles("#ressource_1_fichier", page);
  await teacher.click("button:has-text('Enregistrer la nouvelle version')");
  must((await text(teacher)).includes("n’est pas accepté"), "a page disguised as a sheet is not refused in words");
  must((await teacher.inputValue("#ressource_1_titre")) === "Fiche du navigateur", "what was typed is lost");
  await teacher.setInputFiles("#ressource_1_fichier", { ...page, buffer: Buffer.from(`%PDF-1.4\n${"x".repeat(3000)}`) });
  const sound = Buffer.alloc(8044, 128);
  sound.write("RIFF", 0); sound.writeUInt32LE(8036, 4); sound.write("WAVEfmt ", 8); sound.writeUInt32LE(16, 16);
  sound.writeUInt16LE(1, 20); sound.writeUInt16LE(1, 22); sound.writeUInt32LE(8000, 24); sound.writeUInt32LE(8000, 28);
  sound.writeUInt16LE(1, 32); sound.writeUInt16LE(8, 34); sound.write("data", 36); sound.writeUInt32LE(8000, 40);
  await teacher.setInputFiles("#ressource_2_fichier", { name: "Dictée du navigateur.wav", mimeType: "audio/wav", buffer: sound });
  await teacher.locator("summary:has-text('Documents de ce travail')").first().click();
  await teacher.setInputFiles("#travail_1_ressource_1_fichier", { name: "Énoncé du navigateur.pdf", mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n${"y".repeat(4000)}`) });
  await teacher.click("button:has-text('Enregistrer la nouvelle version')");
  must((await text(teacher)).includes("La nouvelle version est enregistrée"), "nothing says what happened");
  await teacher.goto(site + lesson);
  must((await teacher.inputValue("#travail_1_ressource_1_titre")) === "Énoncé du navigateur", "the work does not show its file");
  must((await text(teacher)).includes("PDF, 3 ko") && (await text(teacher)).includes("son WAV, 8 ko"), "the form does not show its files");
  await picture(teacher, join(pictures, "fichiers-enseignant.png"));
  await teacher.context().close();
  const textbook = lesson.split("/seances/")[0].replace("/enseignant/", "/eleve/");
  for (const view of [{ width: 320, touch: true }, { width: 1280 }]) {
    const pupil = await as("Inès", view);
    await pupil.goto(site + textbook);
    const found = [...(await faults(pupil)), ...(await overflow(pupil)).map((what) => `too wide: ${what}`)];
    must(found.length === 0, found.join("\n"));
    await picture(pupil, join(pictures, `fichiers-${view.width}.png`));
    const seconds = await pupil.locator("audio").first().evaluate((audio) => new Promise((done, fail) => {
      audio.onloadedmetadata = () => done(audio.duration);
      audio.onerror = () => fail(new Error(audio.error.message));
      audio.load();
    }));
    must(Math.abs(seconds - 1) < 0.1, `the sound lasts ${seconds} s`);
    const [saved] = await Promise.all([pupil.waitForEvent("download"), pupil.click("a:has-text('Fiche du navigateur')")]);
    must(saved.suggestedFilename() === "Fiche du navigateur.pdf", saved.suggestedFilename());
    await pupil.goto(`${site}/eleve/travail`);
    const [sheet] = await Promise.all([pupil.waitForEvent("download"), pupil.click("a:has-text('Énoncé du navigateur')")]);
    must(sheet.suggestedFilename() === "Énoncé du navigateur.pdf", sheet.suggestedFilename());
    await pupil.context().close();
  }
});

await story("the head sees what files take and decides other limits", async () => {
  const head = await as("Hélène", noScript);
  // The référent decided some by the keyboard, from today on.
  must((await text(head, "/direction/fichiers")).includes("décision du référent numérique"), "nothing says who decided the limits");
  must((await head.locator("table").innerText()).includes("Mo") || (await head.locator("table").innerText()).includes("ko"), "nothing says what is used");
  await head.fill("#image", "dix");
  await head.click("button:has-text('Décider ces limites')");
  must((await text(head)).includes("nombre entier de Mo"), "a size in words is not explained");
  await head.fill("#image", "8");
  await head.click("button:has-text('Décider ces limites')");
  must((await text(head)).includes("décision de la direction"), "nothing says what was decided");
  await picture(head, join(pictures, "direction-fichiers.png"));
  await head.context().close();
});

await story("what is written after 20 h waits for the morning, for families alone", async () => {
  const teacher = await as("Claire", noScript);
  for (let hour = 0; hour < 3; hour += 1) await teacher.locator("form[action='/demo/horloge'] button[value=heure]").click();
  must(/20 h 3/.test((await teacher.locator(".banner").innerText()).replace(/[\u00a0\u202f]/g, " ")), "the clock does not show 20 h 30");
  await teacher.goto(site + lesson);
  must((await text(teacher)).includes("pause numérique"), "the form does not say when it will be visible");
  await teacher.fill("#contenu", `${written} Version du soir.`);
  await teacher.click("button:has-text('Enregistrer la nouvelle version')");
  must((await text(teacher)).includes("7 h"), "nothing says when it will be visible");
  const pupil = await as("Inès", noScript);
  must(!(await text(pupil, "/eleve")).includes("Version du soir"), "the pupil reads it during the pause");
  must((await text(pupil, "/eleve")).includes(written), "the former version is gone during the pause");
  await teacher.locator("form[action='/demo/horloge'] button[value=demain]").click();
  must((await text(pupil, "/eleve")).includes("Version du soir"), "the pupil does not read it in the morning");
  await teacher.context().close();
  await pupil.context().close();
});

await story("the inspector reads both versions, who, in what capacity, and what changed", async () => {
  const page = await as("Yann", noScript);
  await page.goto(`${site}/inspection`);
  const textbook = lesson.split("/seances/")[0].replace("/enseignant/", "/inspection/");
  must((await links(page, textbook)).length > 0, "the mandate does not name this textbook");
  await page.goto(site + textbook);
  must((await page.locator("ins:has-text('Version du soir')").count()) > 0, "what was added is not marked");
  must((await text(page)).includes("Mme Vidal"), "the author is not named");
  await picture(page, join(pictures, "inspection.png"));
  if (screens) {
    await page.setViewportSize({ width: 1000, height: 900 });
    await page.goto(`${site}${textbook}?filtre=modifiees`);
    await page.screenshot({ path: join(screens, "inspection.png") });
  }
  await page.context().close();
});

await story("a withdrawn lesson leaves the pupils' view and stays, with its reason, in the inspector's", async () => {
  const teacher = await as("Claire", noScript);
  await teacher.goto(site + lesson);
  await teacher.fill("#motif", "Erreur de classe");
  await teacher.click("button:has-text('Retirer de la vue')");
  must((await text(teacher)).includes("retirée de la vue"), "nothing says what happened");
  const pupil = await as("Inès", noScript);
  must(!(await text(pupil, "/eleve")).includes(written), "the pupil still reads it");
  must(!(await text(pupil, "/eleve/travail")).includes("Exercice 30 p. 91"), "its work is still listed");
  const inspector = await as("Yann", noScript);
  const textbook = lesson.split("/seances/")[0].replace("/enseignant/", "/inspection/");
  must((await text(inspector, `${textbook}?filtre=retirees`)).includes("Erreur de classe"), "the reason is not shown");
  for (const page of [teacher, pupil, inspector]) await page.context().close();
});

await story("the head closes the mandate, and the inspector reads nothing more", async () => {
  const head = await as("Hélène", noScript);
  await head.goto(`${site}/direction/mandats`);
  await head.locator("details:has(form[action$='/fermer']) summary").first().click();
  await head.locator("form[action$='/fermer'] button").first().click();
  must((await text(head)).includes("Le mandat est clos"), "nothing says that it is closed");
  const inspector = await as("Yann", noScript);
  const textbook = lesson.split("/seances/")[0].replace("/enseignant/", "/inspection/");
  must((await inspector.goto(site + textbook)).status() === 404, "a textbook is still read without a mandate");
  await head.context().close();
  await inspector.context().close();
});

/** The head looks at the lessons of a teacher on a day. */
async function looked(head, day) {
  await head.goto(`${site}/direction/seances`);
  await head.locator("#qui").selectOption({ label: "Mme Vidal (Claire)" });
  await head.fill("#du", day);
  await head.fill("#au", day);
  await head.click("button:has-text('Voir ces séances')");
}
/** The head takes back all that was said of lessons. */
async function tookBack(head) {
  await head.goto(`${site}/direction/seances`);
  for (const box of await head.locator("form[action$='/retablir'] input[type=checkbox]").all()) await box.check();
  await head.click("button:has-text('Rétablir les séances cochées')");
}

await story("the head looks at a teacher's lessons of a day, cancels them, the pupil sees it, and they are brought back", async () => {
  const head = await as("Hélène", noScript);
  await looked(head, "2026-11-19");
  must((await text(head)).includes("Rien n’est encore changé"), "nothing says that nothing is done yet");
  await picture(head, join(pictures, "seances-trouvees.png"));
  await head.click("button:has-text('Annuler les séances cochées')");
  must((await text(head)).includes("Choisissez pourquoi"), "a cancellation without a reason is taken");
  await head.locator("#motif").selectOption({ label: "professeur absent" });
  await head.click("button:has-text('Annuler les séances cochées')");
  const list = await text(head);
  must(/\d+ séances? annulées? :/.test(list) && list.includes("professeur absent"), "nothing says what happened");
  await picture(head, join(pictures, "seances.png"));
  const pupil = await as("Inès", noScript);
  must((await text(pupil, "/eleve")).includes("professeur absent"), "the pupil does not see it");
  await picture(pupil, join(pictures, "seances-eleve.png"));
  const teacher = await as("Claire", noScript);
  must((await text(teacher, "/enseignant")).includes("annulée"), "the teacher does not see it");
  await tookBack(head);
  must(/\d+ séances? rétablies?/.test(await text(head)), "nothing says that they are back");
  must(!(await text(pupil, "/eleve")).includes("professeur absent"), "the pupil still sees it cancelled");
  for (const page of [head, pupil, teacher]) await page.context().close();
});

await story("the head moves a lesson to another day, and everybody sees it there", async () => {
  const head = await as("Hélène", noScript);
  await looked(head, "2026-11-19");
  await head.locator("a:has-text('Déplacer')").first().click();
  await head.fill("#jour", "2026-11-11");
  await head.click("button:has-text('Déplacer la séance')");
  must((await text(head)).includes("fermé"), "a day off is taken");
  await head.fill("#jour", "2026-11-20");
  await head.fill("#heure", "07:00");
  await head.click("button:has-text('Déplacer la séance')");
  must((await text(head)).includes("La séance est déplacée"), "nothing says what happened");
  await picture(head, join(pictures, "seances-deplacee.png"));
  const teacher = await as("Claire", noScript);
  const week = await text(teacher, "/enseignant");
  const reader = await as("Inès");
  for (const address of ["/eleve", "/eleve/travail"]) {
    must((await text(reader, address)).includes("déplacée"), `${address} does not say it to the pupil`);
    const found = await everywhere.wrongs(reader);
    must(found.length === 0, `${address}: ${found.join("\n")}`);
  }
  must(week.includes("déplacée du jeudi 19 novembre") && week.includes("au vendredi 20 novembre, 7 h"), "the teacher does not see it at both places");
  await picture(teacher, join(pictures, "semaine-deplacee.png"));
  // « séance déplacée au vendredi 20 novembre » is longer than a phone is wide.
  for (const [who, path] of [["Claire", lesson.split("/seances/")[0]], ["Inès", "/eleve/travail"], ["Inès", "/eleve"]]) {
    const phone = await as(who, { width: 320, touch: true });
    must((await text(phone, path)).includes("déplacée"), `${path} does not say it`);
    const wide = await overflow(phone);
    must(wide.length === 0, `${path}: ${wide.join("\n")}`);
    await phone.context().close();
  }
  await tookBack(head);
  must(!(await text(teacher, "/enseignant")).includes("déplacée"), "the teacher still sees it moved");
  for (const page of [head, teacher, reader]) await page.context().close();
});

await story("a colleague takes a lesson, and the absent teacher's week says so", async () => {
  const head = await as("Hélène", noScript);
  await looked(head, "2026-11-19");
  const takers = await head.locator("#remplacant option").evaluateAll((found) => found.map((one) => [one.value, one.label]));
  const [taker, label] = takers.find(([value, name]) => value && !name.includes("Vidal"));
  await head.locator("#remplacant").selectOption(taker);
  await head.click("button:has-text('Faire assurer les séances cochées')");
  if (await head.locator("#confirmer").count()) {
    // They teach elsewhere at that hour.
    await head.check("#confirmer");
    await head.click("button:has-text('Faire assurer les séances cochées')");
  }
  must(/assurées? par/.test(await text(head)), "nothing says what happened");
  const teacher = await as("Claire", noScript);
  must((await text(teacher, "/enseignant")).includes(`assurée par ${label.split(" (")[0]}`), "the teacher does not see who takes it");
  await tookBack(head);
  for (const page of [head, teacher]) await page.context().close();
});

await story("the head makes a group from two classes, and then makes it anew", async () => {
  const head = await as("Hélène", noScript);
  await head.goto(`${site}/direction/groupes`);
  await head.click("a:has-text('Créer un groupe')");
  for (const box of (await head.locator("input[name=classe]").all()).slice(0, 2)) await box.check();
  await head.fill("#nom", "Besoins du navigateur");
  await head.fill("#compose_le", "2026-11-23");
  await head.click("button:has-text('Voir leurs élèves')");
  await head.locator("input[name=eleve]").first().check();
  await head.locator("input[name=classe]").nth(2).check();
  await head.click("button:has-text('Voir leurs élèves')");
  must((await head.locator("#nom").inputValue()) === "Besoins du navigateur", "the name is lost when a class is added");
  must((await head.locator("input[name=eleve]:checked").count()) === 1, "a tick is lost when a class is added");
  await head.click("button:has-text('Créer le groupe')");
  must((await text(head)).includes("Le groupe est créé"), "nothing says what happened");
  must((await text(head)).includes("23 novembre 2026"), "the day on which it begins is not shown");
  await picture(head, join(pictures, "groupe.png"));
  must(!(await head.locator("button[disabled]").first().isVisible()), "the button that Enter would press is shown");
  await head.locator("input[name=eleve]:not(:checked)").first().check();
  await head.fill("#compose_le", "2026-11-16");
  await head.click("button:has-text('Recomposer le groupe')");
  must((await text(head)).includes("un jour à venir"), "a day that is past is taken");
  await head.fill("#compose_le", "2026-11-24");
  await head.click("button:has-text('Recomposer le groupe')");
  must((await text(head)).includes("C’est enregistré"), "nothing says what happened");
  must((await text(head)).includes("24 novembre 2026"), "who enters is not shown with the day");
  await head.context().close();
});

await story("the head gives a role until a day, ends it, and cannot leave the school without a head", async () => {
  const head = await as("Hélène", noScript);
  await head.goto(`${site}/direction/roles`);
  const person = await head.locator("#personne option").nth(1).getAttribute("value");
  await head.selectOption("#personne", person);
  await head.selectOption("#role", "referent");
  await head.fill("#du", "2026-11-23");
  await head.fill("#au", "2026-11-16");
  await head.click("button:has-text('Donner ce rôle')");
  must((await text(head)).includes("avant le premier"), "a last day before the first is taken");
  must((await head.locator("#personne").inputValue()) === person, "what was chosen is lost");
  await head.fill("#au", "2026-12-18");
  await head.click("button:has-text('Donner ce rôle')");
  must((await text(head)).includes("Le rôle est donné"), "nothing says what happened");
  must((await text(head)).includes("18 décembre 2026"), "the day on which it ends is not shown");
  await picture(head, join(pictures, "roles.png"));
  await head.click(`a[href='/direction/roles/${person}/referent/2026-11-23/fin']`);
  await head.click("button:has-text('Voir ce qui changera')");
  must((await text(head)).includes("À confirmer"), "what will follow is not said first");
  await head.click("button:has-text('Confirmer la fin de ce rôle')");
  must((await text(head)).includes("prend fin"), "nothing says what happened");
  await head.locator("a[href*='/head/'][href$='/fin']").first().click();
  await head.click("button:has-text('Voir ce qui changera')");
  must((await text(head)).includes("qui prend la suite"), "the last head may leave");
  await head.context().close();
});

await story("the head mends a pupil's day of birth", async () => {
  const head = await as("Hélène", noScript);
  await head.goto(`${site}/direction/groupes`);
  await head.click("a:has-text('Dates de naissance')");
  await head.locator("main a[href*='/direction/eleves/']").first().click();
  await head.fill("#ne_le", "2206-02-01");
  await head.click("button:has-text('Enregistrer cette date')");
  must((await text(head)).includes("Vérifiez l’année"), "a day that is to come is taken");
  await head.fill("#ne_le", "2013-03-01");
  await head.click("button:has-text('Enregistrer cette date')");
  must((await text(head)).includes("1er mars 2013"), "the day is not shown");
  must((await text(head)).includes("1er mars 2031"), "the day of the majority is not shown");
  await head.context().close();
});

await story("a teacher adds a lesson that the timetable does not have", async () => {
  const teacher = await as("Claire", noScript);
  await teacher.goto(`${site}${lesson.split("/seances/")[0]}`);
  await teacher.click("a:has-text('Ajouter une séance hors emploi du temps')");
  await teacher.fill("#jour", "2026-11-17");
  await teacher.fill("#heure", "18:00");
  await teacher.fill("#duree", "une heure");
  await teacher.click("button:has-text('Écrire cette séance')");
  must((await text(teacher)).includes("nombre de minutes"), "a duration in words is not explained");
  await teacher.fill("#duree", "60");
  await teacher.click("button:has-text('Écrire cette séance')");
  await teacher.fill("#contenu", "Rattrapage du navigateur.");
  await teacher.click("button:has-text('Publier')");
  must((await text(teacher)).includes("La séance est publiée"), "nothing says what happened");
  const pupil = await as("Inès", noScript);
  must((await text(pupil, "/eleve")).includes("Rattrapage du navigateur"), "the pupil does not read it");
  for (const page of [teacher, pupil]) await page.context().close();
});

await story("a form sent once the session is over comes back, and is sent again after signing in", async () => {
  // With scripts, which the checker needs: the page has none.
  const teacher = await as("Claire");
  const other = (await links(teacher, "/seances/")).find((href) => !href.endsWith("2026-11-19"));
  await teacher.goto(site + other);
  await teacher.fill("#note", "Mot gardé du navigateur.");
  await teacher.context().clearCookies();
  await teacher.click("button:has-text('Enregistrer la note')");
  must((await text(teacher)).includes("Votre session est finie"), "nothing says that the session is over");
  const found = [...(await faults(teacher)), ...(await overflow(teacher))];
  must(found.length === 0, found.join("\n"));
  const again = await teacher.context().newPage();
  await again.goto(site);
  await again.locator(`form:has(input[name=personne][value="${person.Claire}"]) button, button[name=personne][value="${person.Claire}"]`).first().click();
  await again.waitForLoadState();
  await teacher.click("button:has-text('Envoyer de nouveau')");
  must((await teacher.inputValue("#note")) === "Mot gardé du navigateur.", "what was typed is lost");
  await teacher.context().close();
});

await story("the head sees the work of every class in a week, and goes from a line to its class", async () => {
  const head = await as("Hélène", noScript);
  await head.goto(`${site}/direction/charge`);
  await head.click("a:has-text('toutes les classes')");
  must((await head.locator("table.heats tbody tr").count()) > 1, "there is no line for each class");
  must((await head.locator("td.heat .rate").count()) > 0, "no figure says what falls on a day");
  await picture(head, join(pictures, "charge-classes.png"));
  await head.click("a[rel='next']");
  must((await text(head)).includes("semaine du 23 novembre"), "the next week is not shown");
  await head.locator("table.heats tbody a").first().click();
  must(new URL(head.url()).searchParams.has("classe"), "a line does not lead to its class");
  await head.context().close();
});

await story("nobody reads what is not theirs", async () => {
  const pupil = await as("Inès");
  const textbook = lesson.split("/seances/")[0].split("/").pop();
  for (const address of ["/enseignant", "/direction", "/direction/droits", "/direction/groupes", "/direction/roles", "/vie-scolaire", "/accompagnement", "/inspection", "/parent/enfants/" + person["Inès"], `/enseignant/cahiers/${textbook}`]) {
    must((await pupil.goto(site + address)).status() === 404, `${address} is shown to a pupil`);
  }
  await pupil.context().close();
  const stranger = await open(browser, { width: 1280 });
  await stranger.goto(`${site}/eleve`);
  must(new URL(stranger.url()).pathname === "/", "a stranger is not sent to the door");
  await stranger.context().close();
});

await story("the keyboard reaches the content first, and a page prints", async () => {
  const page = await as("Inès");
  await page.goto(`${site}/eleve`);
  await page.keyboard.press("Tab");
  must((await page.locator(":focus").getAttribute("class"))?.includes("skip"), "the first stop is not « Aller au contenu »");
  const paper = await page.pdf({ format: "A4" });
  must(paper.length > 5_000, "the printed page is empty");
  await page.context().close();
});

await story("what is folded and was said is on paper, and what asks is not", async () => {
  // With the stylesheet of the pages; a former version stands in `.told`, a form does not.
  const page = await open(browser, { width: 718, height: 1000 });
  await page.goto(`${site}/donnees-personnelles`);
  await page.evaluate(() => {
    document.querySelector("main").insertAdjacentHTML("beforeend", "<details class='told'><summary>Dit</summary><p id='dit'>ce qui a changé</p></details><details><summary>Demandé</summary><p id='demande'>un champ</p></details>");
  });
  const inSight = (id) => page.locator(`#${id}`).evaluate((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.getBoundingClientRect().height > 0);
  must(!(await inSight("dit")), "it is not folded on the screen");
  await page.emulateMedia({ media: "print" });
  must(await inSight("dit"), "what was said is lost on paper");
  must(!(await inSight("demande")), "a form is unfolded on paper");
  await page.context().close();
});

await story("a second start resumes where it was, in less than five seconds", async () => {
  await stopped(child);
  const again = Date.now();
  ({ child } = await demonstration(dataDir, port));
  const seconds = (Date.now() - again) / 1000;
  console.log(`        resumed in ${seconds.toFixed(1)} s`);
  const page = await open(browser, { width: 1280 });
  await page.goto(site);
  const banner = (await page.locator(".banner").innerText()).replace(/[\u00a0\u202f]/g, " ");
  must(banner.includes("mercredi 18 novembre 2026, 7 h"), `the clock is not where it was: ${banner}`);
  await page.context().close();
});

await browser.close();
await stopped(child);
await rm(dataDir, { recursive: true, force: true });
console.log(`${stories} stories in ${((Date.now() - started) / 60_000).toFixed(1)} min, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
