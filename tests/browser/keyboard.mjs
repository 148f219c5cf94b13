// Without a mouse: each role comes in by the door, goes from the top of its first page to what it came to do, and does it.
import { open } from "./browser.mjs";
import { cast } from "./door.mjs";
import { asking } from "./everywhere.mjs";

const STOPS_MAX = 400;

/** The element under the keyboard: what it is, whether it is wanted, and whether one sees that it is there. */
function focused(page, wanted) {
  return page.evaluate((wanted) => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const before = window.before;
    window.before = element;
    return {
      what: `${element.tagName.toLowerCase()} ${(element.textContent || element.id).trim().slice(0, 40)}`,
      wanted: Boolean(wanted) && element.matches(wanted),
      first: element.matches(".skip"),
      inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      // The calendar of a date is a button of the browser's own, which rings it itself.
      marked: !element.matches(":focus") || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
      inOrder: !before || before === element || Boolean(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
    };
  }, wanted);
}

/** Somebody with a page and a keyboard. */
class Hands {
  constructor(page, must) {
    this.page = page;
    this.must = must;
    /** How many forms were sent; the clock of the demonstration is not one. */
    this.sent = 0;
  }

  /** The next stop is in sight and marked, and below the one before. */
  seen(stop) {
    this.must(stop.inSight, `${stop.what}: is not in sight`);
    this.must(stop.marked, `${stop.what}: nothing shows that it is there`);
    this.must(stop.inOrder, `${stop.what}: comes before what stands above it`);
  }

  /** Tab until something that `selector` names is under the keyboard. */
  async to(selector) {
    for (let stop = 0; stop < STOPS_MAX; stop += 1) {
      await this.page.keyboard.press("Tab");
      const here = await focused(this.page, selector);
      if (!here) break;
      this.seen(here);
      if (here.wanted) return;
    }
    throw new Error(`the keyboard does not reach ${selector} at ${this.page.url()}`);
  }

  async enters() {
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press("Enter")]);
  }

  /** A link, and the page it leads to. */
  async follows(selector) {
    await this.to(selector);
    await this.enters();
  }

  /** A button, and the page that answers its form. */
  async sends(selector) {
    await this.follows(selector);
    this.sent += 1;
  }

  async writes(selector, words) {
    await this.to(selector);
    await this.page.keyboard.type(words);
  }

  /** An option by its first letters, as a list is searched by the keyboard. */
  async picks(selector, letters) {
    await this.writes(selector, letters);
    const chosen = await this.page.evaluate(() => document.activeElement.selectedOptions[0].label);
    this.must(chosen.startsWith(letters), `${letters}: « ${chosen} » is chosen`);
  }

  async ticks(selector) {
    await this.to(selector);
    await this.page.keyboard.press("Space");
    this.must(await this.page.evaluate(() => document.activeElement.checked), `${selector} is not ticked`);
  }

  /** Another day of the same month, by the arrows: whichever order the browser writes dates in. */
  async turnsTo(selector, day) {
    await this.to(selector);
    const value = () => this.page.evaluate(() => document.activeElement.value);
    const [before, { keyboard }] = [await value(), this.page];
    for (let part = 0; part < 3; part += 1) {
      await keyboard.press("ArrowUp");
      if ((await value()).slice(0, 7) === before.slice(0, 7)) break;
      await keyboard.press("ArrowDown");
      await keyboard.press("ArrowRight");
    }
    for (let step = 0; step < 31 && (await value()) !== day; step += 1) await keyboard.press("ArrowUp");
    this.must((await value()) === day, `${selector} stays at ${await value()}`);
  }

  async text() {
    return (await this.page.locator("main").innerText()).replace(/[\u00a0\u202f]/g, " ");
  }

  async reads(words) {
    const found = await this.text();
    this.must(found.includes(words), `« ${words} » is not said: ${found.slice(0, 300)}`);
  }

  isAt(part) {
    this.must(this.page.url().includes(part), this.page.url());
  }

  /** From the top to the end: the skip link first, then each stop in the order of the page, in sight and marked. */
  async walks() {
    await this.page.keyboard.press("Tab");
    let here = await focused(this.page);
    this.must(here?.first, "the first stop is not « Aller au contenu »");
    for (let stop = 0; here && (stop === 0 || !here.first); stop += 1) {
      this.must(stop < STOPS_MAX, "the keyboard never comes out of the page");
      this.seen(here);
      await this.page.keyboard.press("Tab");
      here = await focused(this.page);
    }
    await this.afresh();
  }

  /** The same page from its top, whatever part of it its address named. */
  async afresh() {
    await this.page.evaluate(() => history.replaceState(null, "", location.pathname + location.search));
    await this.page.reload();
  }

  /** The skip link leads past the menu: the next stop is in the content. */
  async skips() {
    await this.to(".skip");
    await this.page.keyboard.press("Enter");
    this.must(await this.page.evaluate(() => document.activeElement.id === "corps"), "« Aller au contenu » leads nowhere");
    await this.page.keyboard.press("Tab");
    this.must(await this.page.evaluate(() => document.activeElement.closest("main, footer") !== null), "the menu comes after the skip link");
    await this.afresh();
  }
}

/** Their child's week, work and one of the notebooks. */
async function followsAChild(hands, card) {
  await hands.follows(`${card} .go a`);
  hands.isAt("/parent/enfants/");
  await hands.follows("main a[href$='/travail']");
  await hands.follows(".lead a");
  await hands.follows("main a[href*='/cahiers/']");
  await hands.reads("Cahier de textes tenu par");
  await hands.follows("nav a[href='/parent']");
}

/** A draft, its folded part opened on the way, is kept and then thrown away. */
async function keepsADraft(hands) {
  await hands.writes("#contenu", "Au clavier.");
  const folded = "details:has(#ressource_1_titre)";
  await hands.to(`${folded} > summary`);
  if (!(await hands.page.locator(`${folded}[open]`).count())) await hands.page.keyboard.press("Enter");
  await hands.to("#ressource_1_titre");
  await hands.sends("button[formaction$='/brouillon']");
  await hands.reads("brouillon");
  await hands.sends("form[action$='/jeter'] button");
}

async function publishes(hands, lesson) {
  await hands.follows(lesson);
  await hands.writes("#contenu", "Écrite au clavier.");
  await hands.sends("#seance > .submit button");
  await hands.reads("La séance est publiée");
}

/** The lessons of Mme Vidal on a Thursday. */
async function looksForLessons(hands) {
  await hands.follows("nav a[href='/direction/seances']");
  await hands.picks("#qui", "Mme Vidal");
  await hands.turnsTo("#du", "2026-11-19");
  await hands.turnsTo("#au", "2026-11-19");
  await hands.sends("form[action='/direction/seances'][method=get] button");
  await hands.reads("Rien n’est encore changé");
}

async function takesBack(hands) {
  const changed = "form[action$='/retablir'] input[type=checkbox]";
  for (let left = await hands.page.locator(changed).count(); left > 0; left -= 1) await hands.ticks(changed);
  await hands.sends("form[action$='/retablir'] button");
  await hands.reads("rétablie");
}

/** What each came to do. Whoever has a form sends one. */
const ERRANDS = {
  "pupil": async (hands) => {
    await hands.follows("nav a[href='/eleve/travail']");
    await hands.follows("nav a[href='/eleve']");
    await hands.follows("a[rel=prev]");
    hands.isAt("semaine=");
    await hands.follows("main a[href*='/eleve/cahiers/']");
    await hands.reads("Cahier de textes");
  },
  "pupil of the primary school": async (hands) => {
    await hands.follows("main a[href*='/eleve/cahiers/']");
    await hands.follows("nav a[href='/eleve/travail']");
    await hands.follows("nav a[href='/eleve/charge']");
  },
  "pupil of age": async (hands) => {
    await hands.follows("nav a[href='/eleve/droits']");
    for (const said of ["Opposition enregistrée", "tes parents continuent de lire"]) {
      await hands.sends("form[action='/eleve/droits'] button");
      await hands.sends("form[action='/eleve/droits'] button[name=confirmer]");
      await hands.reads(said);
    }
  },
  "guardian": (hands) => followsAChild(hands, ".card:nth-child(1)"),
  "guardian of children of two schools": (hands) => followsAChild(hands, ".card:nth-child(2)"),
  "parent who supervises": (hands) => followsAChild(hands, ".card"),
  "parent who is denied it": async (hands) => {
    await hands.reads("sans vous donner à lire");
    await hands.follows("footer a[href='/donnees-personnelles']");
  },
  "AESH": async (hands) => {
    await hands.follows(".card:nth-child(2) .go a");
    hands.isAt("/accompagnement/eleves/");
    await hands.follows("main a[href$='/travail']");
    await hands.follows("nav a[href='/accompagnement']");
    await hands.follows(".card .go a");
    await hands.follows("main a[href*='/cahiers/']");
    await hands.reads("Cahier de textes");
  },
  "teacher and form tutor": async (hands) => {
    await hands.follows(".slot.ahead");
    await keepsADraft(hands);
    // As form tutor: the workload of their class.
    await hands.follows("nav a[href='/enseignant']");
    await hands.follows("a[href*='/enseignant/classes/']");
    await hands.follows("main .go a");
    hands.isAt("/charge");
  },
  "teacher of two schools": async (hands) => {
    await publishes(hands, ".slot.ahead");
    await hands.follows("nav a[href='/enseignant']");
    await hands.follows("main a[href*='/enseignant/cahiers/']:not([href*='/seances/'])");
    await hands.follows("main a[href$='/hors-emploi-du-temps']");
    await hands.writes("#heure", "0915AM");
    await hands.writes("#duree", "55");
    await hands.sends("main form button");
    await hands.to("#contenu");
  },
  "teacher of the primary school": (hands) => publishes(hands, ".slot.ahead"),
  "substitute": async (hands) => {
    await hands.to(".taken summary");
    await hands.page.keyboard.press("Enter");
    await hands.follows("a[href$='/reprise-de-service']");
    await hands.reads("ce qui a été fait");
    await hands.walks();
    await hands.follows(".back a");
    await hands.follows("nav a[href='/enseignant']");
    await hands.follows(".slot.ahead");
    await keepsADraft(hands);
  },
  "CPE": async (hands) => {
    await hands.follows(".pills a");
    hands.isAt("/vie-scolaire/classes/");
    await hands.follows(".pills a");
    await hands.reads("Cahier de textes");
  },
  "assistant d’éducation": async (hands) => {
    await hands.follows("main .go a");
    await hands.follows("a[rel=next]");
    await hands.follows("table tbody a");
    hands.isAt("/vie-scolaire/classes/");
  },
  "head": async (hands) => {
    await looksForLessons(hands);
    await hands.picks("#motif", "professeur absent");
    await hands.sends("button[value=annuler]");
    await hands.reads("professeur absent");
    await takesBack(hands);
  },
  "deputy": async (hands) => {
    await looksForLessons(hands);
    await hands.follows("a[href$='/deplacer']");
    await hands.turnsTo("#jour", "2026-11-20");
    await hands.writes("#heure", "0700AM");
    await hands.sends("#deplacer button");
    await hands.reads("La séance est déplacée");
    await takesBack(hands);
  },
  "head of the primary school": async (hands) => {
    await hands.follows("nav a[href='/direction/groupes']");
    await hands.follows("main a[href='/direction/groupes/nouveau']");
    await hands.ticks("input[name=classe]");
    await hands.sends("button[name=faire][value=lister]");
    await hands.writes("#nom", "Chorale du clavier");
    await hands.ticks("input[name=eleve]");
    await hands.sends("button[name=faire][value=creer]");
    await hands.reads("Le groupe est créé");
  },
  "librarian": async (hands) => {
    await hands.reads("Professeur documentaliste");
    await hands.follows("footer a[href='/donnees-personnelles']");
  },
  "référent numérique": async (hands) => {
    await hands.sends("main form[action='/direction/fichiers'] button");
    await hands.reads("Les limites");
  },
  "inspector": async (hands) => {
    await hands.follows(".subjects a");
    await hands.follows(".filters li:nth-child(2) a");
    hands.isAt("filtre=");
  },
};

export async function tell({ browser, site, story, must }) {
  for (const { kind, id } of await cast(browser, site)) {
    await story(`the ${kind} comes in, sees where they are and does what they came for, by the keyboard`, async () => {
      must(ERRANDS[kind], "nobody says what they come for");
      const page = await open(browser, { width: 1280 });
      const hands = new Hands(page, must);
      await page.goto(site);
      await hands.follows(`button[value="${id}"]`);
      await hands.walks();
      await hands.skips();
      await ERRANDS[kind](hands);
      const forms = [...asking(kind)].join(", ");
      must(!forms || hands.sent > 0, `they have forms and send none: ${forms}`);
      await page.context().close();
    });
  }
}
