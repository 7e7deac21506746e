import type { Page } from "@playwright/test";
import { BASE, expect, hydrated, signIn, storefront, test } from "../fixtures";

// INP-11 and HDR-02. What breaks out of the place where it stands, and what then would run; each with each is 156.
const OUT = [
  "", '"', "'", '">', "'>", "</title>", "</script>", "</textarea>", "--><!--", "]]>", '"}]}</script>', "\\u0022\\u003e",
];
const RUNS = [
  "<script>__x(1)</script>", "<img src=x onerror=__x(1)>", "<svg onload=__x(1)>", "<svg/onload=__x(1)//", "<iframe srcdoc='<img src=x onerror=parent.__x(1)>'>",
  "<a href=javascript:__x(1)>x</a>", " onmouseover=__x(1) autofocus onfocus=__x(1) ", "javascript:__x(1)", "<details open ontoggle=__x(1)>",
  "<style>*{background:url(javascript:__x(1))}</style>", ";}*{color:red;x:expression(__x(1))}", "<base href=//evil.example/>", "{{__x(1)}}${__x(1)}",
];
const CORPUS = RUNS.flatMap((runs) => OUT.map((out) => out + runs));
// `make soak` takes the whole corpus, `make test` every seventh of it, beginning where the seed says.
const seed = Number(process.env.SOBRADO_TEST_SEED ?? 0);
const taken = process.env.SOBRADO_SOAK === "1" ? CORPUS : CORPUS.filter((_, n) => n % 7 === seed % 7);

type Told = { ran: string[]; refused: string[] };

/** Hears of everything that runs, and of everything that the policy had to stop: escaped is what we want, not only blocked. */
async function listen(page: Page): Promise<Told> {
  const told: Told = { ran: [], refused: [] };
  await page.exposeFunction("__x", () => void told.ran.push(page.url()));
  await page.exposeFunction("__refused", (what: string) => void told.refused.push(`${page.url()}: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as { __refused: (what: string) => void }).__refused(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return told;
}

/** Calls a server function as the page's own program does. */
const call = (page: Page, endpoint: string, fields: [string, string][]) =>
  page.evaluate(
    async ([endpoint, fields]) => {
      const answer = await fetch(`/fn/${endpoint}`, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
      return { status: answer.status, body: await answer.text() };
    },
    [endpoint, fields] as const,
  );

/** Sends one photograph, drawn here, to a property. */
const photograph = (page: Page, id: string, name: string) =>
  page.evaluate(
    async ([id, name]) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [480, 320];
      canvas.getContext("2d")?.fillRect(40, 40, 200, 200);
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg"));
      const form = new FormData();
      form.append("photos", blob as Blob, name);
      return (await fetch(`/app/properties/${id}/photos`, { method: "POST", headers: { accept: "application/json" }, body: form })).status;
    },
    [id, name] as const,
  );

test("nothing_hostile_that_is_typed_ever_runs", async ({ page, context, watch }) => {
  test.setTimeout(taken.length * 20_000 + 60_000);
  expect(CORPUS.length).toBeGreaterThanOrEqual(150);
  expect(taken.length).toBeGreaterThanOrEqual(20);
  watch.expectStatus(404);
  const told = await listen(page);
  const visitor = await context.newPage();
  const toldVisitor = await listen(visitor);
  await signIn(page, "ana@casa-azul.example");
  for (const hostile of taken) {
    const id = crypto.randomUUID();
    const title = `Casa ${hostile}`.slice(0, 100);
    const long = `${hostile} `.repeat(3) + "Sala ampla e clara, varanda e quintal com sombra.";
    const fields: [string, string][] = [
      ["id", id], ["type", "house"], ["usage", "residential"], ["purposes[]", "sale"], ["status", "active"], ["sale_price", "450.000"],
      ["title", title], ["description", long], ["city", hostile.slice(0, 60)], ["uf", "SP"], ["neighborhood", hostile.slice(0, 60)],
      ["street", hostile.slice(0, 60)], ["number", "1"], ["complement", hostile.slice(0, 40)], ["visibility", "full"], ["internal_notes", long],
    ];
    const made = await call(page, "properties/create", fields);
    expect(made.status, `${hostile}: ${made.body}`).toBe(200);
    expect(await photograph(page, id, `${hostile.replaceAll("/", "")}.jpg`)).toBe(204);
    const photos = JSON.parse((await call(page, "properties/photos", [["id", id]])).body).photos;
    await call(page, "properties/describe_photo", [["id", id], ["photo", photos[0].id], ["alt", hostile]]);
    expect((await call(page, "properties/publish", [["id", id]])).status).toBe(200);
    const address = JSON.parse((await call(page, "properties/load", [["id", id]])).body).publication.path as string;

    const asked = encodeURIComponent(hostile);
    for (const path of [`/app/properties/${id}`, `/app/properties/${id}/edit`, `/app/properties/${id}/photos`, `/app/properties?q=${asked}`, "/app"]) {
      await page.goto(BASE + path);
      await hydrated(page);
    }
    await page.goto(`${BASE}/app/properties/${id}`);
    // It is shown as it was typed: nothing was taken away from it.
    await expect(page.locator("h1")).toContainText(title.trim().replace(/\s+/g, " "));
    for (const path of [`/entrar?next=${asked}`, `/${asked}`, `/platform/entrar?next=${asked}&__err=${asked}`]) await page.goto(BASE + path);
    await page.goto(`${BASE}/app/properties`);
    await hydrated(page);

    for (const path of [address, `${address}?lang=en`, "/", "/imoveis", `/imoveis?q=${asked}&neighborhood=${asked}&city=${asked}`, `/imovel/${asked}`]) {
      await visitor.goto(storefront("casa-azul", path));
      for (const data of await visitor.locator('script[type="application/ld+json"]').allTextContents()) JSON.parse(data);
    }
    await visitor.goto(storefront("casa-azul", address));
    await expect(visitor.locator("h1")).toContainText(title.trim().replace(/\s+/g, " "));
    for (const what of [told, toldVisitor]) expect(what, hostile).toEqual({ ran: [], refused: [] });
    await call(page, "properties/archive", [["id", id]]);
  }
  // The ears are open: what really runs is heard.
  await page.evaluate(() => (window as unknown as { __x: (n: number) => void }).__x(1));
  expect(told.ran.length).toBe(1);
});
