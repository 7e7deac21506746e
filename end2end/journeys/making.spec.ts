import { hold, query } from "../database";
import { BASE, accessible, expect, fits, test } from "../fixtures";
import { PASSPHRASE, linkIn, send } from "../sign_up";
import type { Page, Route } from "@playwright/test";

const EVENTS = "**/cadastro/andamento/eventos";

/** Signs an agency up as far as the answer to the mail, which is filled in and not sent yet. */
async function answer(page: Page) {
  // As if an hour had passed since the other journeys: one line gets five mails in it.
  query("update sign_ups set sent_at = sent_at - interval '1 hour', sent_ats = '{}'");
  const slug = `aos-poucos-${Date.now().toString(36)}`;
  await page.goto(`${BASE}/cadastro`);
  await page.locator("#company_name").fill("Imobiliária Aos Poucos");
  await page.locator("#slug").fill(slug);
  await page.locator("#email").fill(`ana@${slug}.example`);
  await page.locator("#plan input[value=k]").check();
  await page.locator("#terms input").check();
  await send(page);
  await page.waitForURL(/\/cadastro\/enviado/);
  await page.goto(await linkIn((await page.locator("main code").textContent())!));
  await page.locator("#name").fill("Ana Aos Poucos");
  await page.locator("#password").fill(PASSPHRASE);
  return slug;
}

/** The steps that the page shows as taken, in its order. */
const taken = (page: Page) => page.locator("ol.step-list li.is-done");

/** Writes into the page each step that it is told of from now on, in that order. A page that is loaded anew has forgotten them. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    for (const step of document.querySelectorAll<HTMLElement>("ol.step-list li:not(.is-done)")) {
      new MutationObserver(() => told.push(step.dataset.step!)).observe(step, { attributeFilter: ["class"] });
    }
  });
const told = (page: Page) => page.evaluate(() => (window as unknown as { told?: string[] }).told);

/** What there is of an agency: itself, what makes it and how often that was taken up, the steps it has finished and how many of them are different, its owners, its databases. */
const made = (slug: string) =>
  query(`select count(distinct c.id), count(distinct o.id), max(o.attempt), count(e.step), count(distinct e.step),
                (select count(*) from users u where u.company_id = max(c.id::text)::uuid),
                (select count(*) from pg_database d where d.datname = 't_' || replace(max(c.id::text), '-', ''))
         from companies c join tenant_operations o on o.tenant_id = c.id
         join tenant_operation_events e on e.operation_id = o.id and e.level = 'info'
         where c.slug = '${slug}'`);

// The making takes a tenth of a second: each journey lets it come to where a table is held, looks, and lets it go on from there.
// Step seven alone writes to the first, eight to the second, ten to the third.
const TABLES = ["users", "invoices", "companies"] as const;

/** Sends the answer, with the making held at steps seven and eight. */
async function begin(page: Page) {
  const slug = await answer(page);
  const held = [await hold(TABLES[0]), await hold(TABLES[1])];
  await send(page);
  await page.waitForURL(/\/cadastro\/andamento/);
  await expect(taken(page)).toHaveCount(6);
  // Not sooner: the answer itself writes to it.
  held.push(await hold(TABLES[2]));
  return { slug, held };
}

test("an agency's steps appear as they are taken, a reload in the middle loses none, and its door opens by itself", async ({ page }) => {
  const { slug, held } = await begin(page);
  await expect(page.locator("h1")).toHaveText("Preparando a sua imobiliária");
  await accessible(page);
  await fits(page);
  await listen(page);
  await held[0]();
  await expect(taken(page)).toHaveCount(7);
  expect(await told(page)).toEqual(["seed"]);

  await page.reload();
  await expect(taken(page)).toHaveCount(7);
  await expect(page.locator("[data-step=seed]")).toHaveClass(/is-done/);
  await listen(page);
  await held[1]();
  await expect(taken(page)).toHaveCount(9);
  expect(await told(page)).toEqual(["subscription", "verify"]);

  await held[2]();
  await page.waitForURL(/\/app$/);
  await expect(page.locator(".first-steps")).toContainText("0 de 6");
  expect(made(slug)).toBe("1|1|1|10|10|1|1");
});

test("without JavaScript the page asks again by itself, until there is a door @nojs", async ({ page }) => {
  const { slug, held } = await begin(page);
  await held[0]();
  await expect(taken(page)).toHaveCount(7);
  await held[1]();
  await expect(taken(page)).toHaveCount(9);
  await held[2]();
  await page.getByRole("button", { name: "Entrar na imobiliária" }).click();
  await page.waitForURL(/\/app$/);
  expect(made(slug)).toBe("1|1|1|10|10|1|1");
});

/** What becomes of a stream, and how many steps are taken once the next table is let go of. */
const BROKEN: [string, () => (route: Route) => unknown, number][] = [
  ["cut off, and so tried again for ever", () => (route) => route.fulfill({ contentType: "text/event-stream", body: "" }), 7],
  ["refused, after its first word", () => {
    const answers = [{ contentType: "text/event-stream", body: "id: 1\nevent: step\ndata: reserve\n\n" }];
    return (route) => route.fulfill(answers.pop() ?? { status: 204 });
  }, 9],
  ["kept back by whoever stands between", () => () => {}, 10],
];

test("where no stream comes through the page is asked for anew, and the door opens all the same", async ({ page, watch }) => {
  test.slow();
  watch.expectStatus(503);
  const { slug, held } = await begin(page);
  for (const [at, [how, answers, count]] of BROKEN.entries()) {
    await test.step(how, async () => {
      await page.unrouteAll();
      await page.route(EVENTS, answers());
      await page.reload();
      // Once the program is away: what stands there is better than an error, and stays until it is back.
      if (at === 0) await page.route("**/cadastro/andamento", (route) => route.fulfill({ status: 503 }), { times: 1 });
      await held[at]();
      if (count < 10) await expect(taken(page)).toHaveCount(count, { timeout: 20_000 });
      else await page.waitForURL(/\/app$/);
    });
  }
  expect(made(slug)).toBe("1|1|1|10|10|1|1");
});
