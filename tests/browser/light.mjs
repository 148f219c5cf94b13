// On a slow telephone: what a first view costs, and how few gestures a lesson takes.
import { open } from "./browser.mjs";
import { door } from "./door.mjs";

const LATENCY_MS = 400;
const BITS_PER_SECOND = 400_000;
/** Page and style. */
const BYTES_MAX = 60_000;
/** From the week to « Publier »: the lesson, its text, the work, its day, the button. */
const STEPS_MAX = 5;
/** What is still to be written, at the top of a week. */
const TO_COMPLETE = ".strip a[href*='/seances/']";

/** Counts what a page asks for on a slow line, its cache empty. */
async function counted(page, address) {
  const line = await page.context().newCDPSession(page);
  const seen = { asked: [], bytes: 0 };
  await line.send("Network.enable");
  await line.send("Network.clearBrowserCache");
  const throughput = BITS_PER_SECOND / 8;
  const slow = { offline: false, latency: LATENCY_MS, downloadThroughput: throughput, uploadThroughput: throughput };
  await line.send("Network.emulateNetworkConditions", slow);
  line.on("Network.requestWillBeSent", ({ request }) => {
    // A browser asks once for an icon, when it likes, and shows the page without waiting for it.
    if (!request.url.endsWith("/favicon.ico")) seen.asked.push(request.url);
  });
  line.on("Network.loadingFinished", ({ encodedDataLength }) => { seen.bytes += encodedDataLength; });
  await page.goto(address, { waitUntil: "load" });
  await line.detach();
  return seen;
}

export async function tell({ browser, site, story, must, as, text }) {
  await story("a mother reads her first page on a slow line: two requests, few bytes", async () => {
    const page = await as("Aïssatou", { width: 360, height: 640, touch: true, script: false });
    const { asked, bytes } = await counted(page, `${site}/parent`);
    const home = await text(page);
    must(home.includes("Inès") && home.includes("Mariam"), "her daughters are not on the page");
    // Nothing else is waited for: the page, then its style. The seconds follow from the bytes and the line.
    const requests = asked.length;
    const seconds = (requests * LATENCY_MS) / 1000 + (bytes * 8) / BITS_PER_SECOND;
    console.log(`        ${requests} requests, ${bytes} bytes: ${seconds.toFixed(1)} s at ${BITS_PER_SECOND / 1000} kbit/s`);
    must(requests <= 2, `${requests} requests: ${asked.join(", ")}`);
    must(bytes > 0 && bytes <= BYTES_MAX, `${bytes} bytes`);
    await page.context().close();
  });

  /** A teacher who has a lesson to complete, on a telephone. */
  const onATelephone = async () => {
    const people = (await door(browser, site)).filter(({ role }) => role === "Enseignants");
    for (const { id } of people.slice(1)) {
      const page = await as(id, { width: 360, height: 640, touch: true, script: false });
      if (await page.locator(TO_COMPLETE).count()) return page;
      await page.context().close();
    }
    throw new Error("no teacher has a lesson to complete");
  };

  await story("a teacher gives the work alone on a telephone, in four gestures, and the lesson stays to be written", async () => {
    const page = await onATelephone();
    let steps = 0;
    const step = async (gesture) => {
      steps += 1;
      await gesture;
    };
    const missing = await page.locator(TO_COMPLETE).count();
    const lesson = page.locator(TO_COMPLETE).first();
    const address = await lesson.getAttribute("href");
    await step(lesson.tap());
    await page.waitForURL("**/seances/**");
    await step(page.fill("#travail_1_texte", "Lire le chapitre 2."));
    const days = await page.locator("#travail_1_pour option").evaluateAll((all) => all.map((one) => one.value));
    await step(page.selectOption("#travail_1_pour", days.filter((day) => day && day !== "autre").at(-1)));
    const given = page.waitForNavigation();
    await step(page.locator("button:has-text('Publier')").first().tap());
    await given;
    must((await text(page)).includes("Le travail est donné. Le contenu de la séance reste à écrire."), (await text(page)).slice(0, 400));
    must(steps < STEPS_MAX, `${steps} gestures`);
    const hrefs = await page.locator(TO_COMPLETE).evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    must(hrefs.length === missing && hrefs.includes(address), `it is no longer to be completed: ${hrefs.join(", ")}`);
    await page.context().close();
  });

  await story("a teacher publishes a lesson and its work on a telephone, in five gestures, without JavaScript", async () => {
    const page = await onATelephone();
    let steps = 0;
    const step = async (gesture) => {
      steps += 1;
      await gesture;
    };
    await step(page.locator(TO_COMPLETE).first().tap());
    await page.waitForURL("**/seances/**");
    await step(page.fill("#contenu", "Lecture suivie, chapitre 3."));
    await step(page.fill("#travail_1_texte", "Relire le chapitre 3."));
    const days = await page.locator("#travail_1_pour option").evaluateAll((all) => all.map((one) => one.value));
    await step(page.selectOption("#travail_1_pour", days.filter((day) => day && day !== "autre").at(-1)));
    const published = page.waitForNavigation();
    await step(page.locator("button:has-text('Publier')").first().tap());
    await published;
    must((await text(page)).includes("La séance est publiée"), `nothing says that it is published: ${(await text(page)).slice(0, 400)}`);
    must(steps <= STEPS_MAX, `${steps} gestures`);
    await page.context().close();
  });

  await story("what another site leads to with words of its own is sent as it is", async () => {
    const page = await open(browser, { width: 1280 });
    const address = `${site}/accessibilite?mot=choisi`;
    const heard = async (headers) => (await page.request.get(address, { headers })).headers()["content-encoding"];
    must((await heard({ "sec-fetch-site": "same-origin", "accept-encoding": "gzip" })) === "gzip", "it is not compressed for us");
    must(!(await heard({ "sec-fetch-site": "cross-site", "accept-encoding": "gzip" })), "it is compressed for another site");
    await page.context().close();
  });
}
