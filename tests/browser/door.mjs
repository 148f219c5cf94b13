// Who there is in the demonstration, by what they are: read on its door, so that whoever it gains is walked too.
import { readFile } from "node:fs/promises";
import { open } from "./browser.mjs";

/**
 * Everybody whose pages are walked: what they are called here, their role on the door, how they are known among those of that role (words of their
 * card, and a number when the words are those of several), and what the matrix of pages calls them.
 */
const CAST = [
  { kind: "pupil", role: "Élèves", said: /Inès/, in: ["pupil of 4B"] },
  { kind: "pupil of the primary school", role: "Élèves", said: /Louison/, in: ["pupil of 4B"] },
  { kind: "pupil of age", role: "Élèves", said: /élève majeure?\b/, in: ["adult pupil in 4A", "pupil of 4B"] },
  { kind: "guardian", role: "Parents", said: /responsable/, in: ["parent (legal 1 of both)"] },
  { kind: "guardian of children of two schools", role: "Parents", said: /au collège.*à l’école/, in: ["parent (legal 1 of both)"] },
  { kind: "parent who supervises", role: "Parents", said: /droit de surveillance/, in: ["parent with the right of supervision"] },
  { kind: "parent who is denied it", role: "Parents", said: /décision de justice/, in: [] },
  { kind: "AESH", role: "Accompagnement", said: /AESH/, in: ["AESH of the pupil of 4B"] },
  { kind: "teacher and form tutor", role: "Enseignants", said: /Mme Vidal/, in: ["teacher", "form tutor of 4B"] },
  { kind: "teacher of two schools", role: "Enseignants", said: /au collège.*à l’école/, in: ["teacher"] },
  { kind: "teacher of the primary school", role: "Enseignants", said: /maître/, in: ["teacher"] },
  { kind: "substitute", role: "Enseignants", said: /Arnaudet/, in: ["substitute"] },
  { kind: "CPE", role: "Vie scolaire", said: /Kermarec/, in: ["school life (CPE)"] },
  { kind: "assistant d’éducation", role: "Vie scolaire", said: /^(?!.*Kermarec)/, in: ["school life (CPE)"] },
  { kind: "head", role: "Direction", said: /principale/, in: ["head"] },
  { kind: "deputy", role: "Direction", said: /Benali/, in: ["deputy"] },
  { kind: "head of the primary school", role: "Direction", said: /directrice/, in: ["head"] },
  { kind: "librarian", role: "Autres personnels", said: /documentaliste/, in: ["librarian"] },
  { kind: "référent numérique", role: "Référents numériques", said: /Tanguy/, in: ["référent numérique"] },
  { kind: "inspector", role: "Inspection", said: /inspecteur/, in: ["inspector with a mandate"] },
];

/** Everybody on the door: { id, role, said }. */
export async function door(browser, site) {
  const page = await open(browser, { width: 1280 });
  await page.goto(site);
  const people = await page.locator("button[name=personne]").evaluateAll((buttons) =>
    buttons.map((button) => {
      const card = button.closest(".card");
      const role = card ? card.querySelector(".meta") : button.closest("section").querySelector("h2").firstChild;
      return { id: button.value, role: role.textContent.trim(), said: (card ?? button).textContent.replace(/\s+/g, " ") };
    }),
  );
  await page.context().close();
  return people;
}

/** One person of each kind: { kind, id, in }. Fails when one of them is not on the door, and when the door has a role of which nobody is walked. */
export async function cast(browser, site) {
  const people = await door(browser, site);
  const found = CAST.map((one) => ({ ...one, id: people.find(({ role, said }) => role === one.role && one.said.test(said))?.id }));
  const missing = found.filter(({ id }) => !id).map(({ kind }) => kind);
  if (missing.length > 0) throw new Error(`nobody on the door is the: ${missing.join(", ")}`);
  const unknown = [...new Set(people.map(({ role }) => role))].filter((role) => !CAST.some((one) => one.role === role));
  if (unknown.length > 0) throw new Error(`nobody is walked of: ${unknown.join(", ")}`);
  return found;
}

/** The addresses of the pages and who is answered there: { method, route, opens: [title] }, from the matrix that the Rust tests keep. */
export async function matrix() {
  const text = await readFile(new URL("../golden/page_matrix.txt", import.meta.url), "utf8");
  return text.split("\n\n").slice(1).map((block) => {
    const [head, ...lines] = block.trim().split("\n");
    const [method, route] = head.split(" ");
    const opens = lines.filter((line) => line.startsWith("  200  ")).flatMap((line) => line.slice(7).split(", "));
    return { method, route, opens };
  });
}
