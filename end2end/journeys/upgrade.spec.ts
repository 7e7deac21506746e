import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { BASE, PASSWORD, WAYS, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

/** An agency of this journey's own, made beside the running server: what it buys stays bought. */
function agency(slug: string) {
  const email = `dona@${slug}.example`;
  const names = ["--name", "Imobiliária que Cresce", "--slug", slug, "--email", email, "--admin-email", email, "--plan", "prime"];
  execFileSync(process.env.SOBRADO ?? "sobrado", ["tenant", "create", "--admin-password-stdin", ...names], { input: PASSWORD });
  return email;
}

for (const [how, mark] of WAYS) {
  test(`who has reached the limit buys the next plan and goes on, ${how}${mark}`, async ({ page, watch, script }) => {
    watch.expectStatus(403);
    await signIn(page, agency(`cresce-${Date.now().toString(36)}`), script);
    const headers = { origin: BASE, "sec-fetch-site": "same-origin", accept: "application/json" };
    const form = (title: string) => ({ id: randomUUID(), type: "house", usage: "residential", "purposes[]": "sale", status: "draft", title });
    const register = (title: string) => page.request.post(`${BASE}/fn/properties/create`, { headers, form: form(title), maxRedirects: 0 });
    for (let n = 0; n < 100; n++) expect((await register(`Lote ${n}`)).status()).toBe(200);
    await page.goto(`${BASE}/app/properties/new`);
    if (script) await hydrated(page);
    await page.locator("#purposes input[value=sale]").check();
    await page.locator("#title").fill("A centésima primeira");
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(page.locator(".alert-bad")).toContainText("100");
    await page.locator(".alert-bad a").click();
    await page.waitForURL(/\/app\/settings\/plan/);
    await expect(page.locator("main")).toContainText("100 de 100");
    await fits(page);
    if (script) await accessible(page);
    // Looked at first: it says what it costs now and from the next period on, and nothing has changed yet.
    await page.locator("#plan").selectOption("k");
    await page.getByRole("button", { name: "Ver valor" }).click();
    await page.waitForURL(/plan=k/);
    await expect(page.locator("main")).toContainText("Agora: R$");
    await expect(page.locator("h1")).toHaveText("Plano Prime");
    await fits(page);
    if (script) await accessible(page);
    await page.getByRole("button", { name: "Confirmar" }).click();
    await expect(page.locator("h1")).toHaveText("Plano K");
    await expect(page.locator("main")).toContainText("Mudança para o plano K");
    // It is told what it has bought at once, and that it was taken.
    await expect(page.locator("main")).toContainText("100 de 500");
    await expect(page.getByRole("status").filter({ hasText: "Salvo." })).toBeVisible();
    await fits(page);
    if (script) await accessible(page);
    // The agency's own database is told within seconds.
    await expect(async () => expect((await register("A centésima primeira")).status()).toBe(200)).toPass();
  });
}
