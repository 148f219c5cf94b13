// Who there is in the demonstration, by what they are: read on its door, so that whoever it gains is walked too.
import { open } from "./browser.mjs";

// Those without whom the walk is not whole.
const NEEDED = ["Élèves", "Parents", "Enseignants", "Vie scolaire", "Direction", "Inspection"];

/** Everybody on the door: { id, role, said }; fails when a role that must be there is not. */
export async function door(browser, site) {
  const page = await open(browser, { width: 1280 });
  await page.goto(site);
  const people = await page.locator("button[name=personne]").evaluateAll((buttons) =>
    buttons.map((button) => {
      const card = button.closest(".card");
      const role = card ? card.querySelector(".meta") : button.closest("section").querySelector("h2").firstChild;
      return { id: button.value, role: role.textContent.trim(), said: (card ?? button).textContent };
    }),
  );
  await page.context().close();
  const missing = NEEDED.filter((role) => !people.some((one) => one.role === role));
  if (missing.length > 0) throw new Error(`nobody on the door is of: ${missing.join(", ")}`);
  return people;
}

/** One person of each kind that there is, and what they are called here. */
export function kinds(people) {
  const first = (role, said = /./) => people.find((one) => one.role === role && said.test(one.said))?.id;
  const found = {
    pupil: first("Élèves"),
    "pupil of age": first("Élèves", /majeure?\b|dix-huit|18 ans/),
    parent: first("Parents"),
    "parent who supervises": first("Parents", /surveillance/),
    AESH: first("Accompagnement"),
    teacher: first("Enseignants"),
    "school life": first("Vie scolaire"),
    head: first("Direction"),
    inspector: first("Inspection"),
  };
  return Object.entries(found).filter(([, id]) => id);
}
